"""Which benchmarks there are: name -> the module whose `measure(plan)` gives its figures.

`gpu.py` stands apart: it runs on a machine of its own, in slices.
"""

import importlib
from collections.abc import Callable

from benchmarks.results import Figure
from benchmarks.workload import Plan

BENCHMARKS = {
    "step": "benchmarks.step",
    "mlm_step": "benchmarks.mlm_step",
    "end_to_end": "benchmarks.end_to_end",
    "ceiling": "benchmarks.ceiling",
    "sbo_cost": "benchmarks.sbo_cost",
    "corpus": "benchmarks.corpus",
    "corpus_workers": "benchmarks.corpus_workers",
    "masking": "benchmarks.masking",
    "reading": "benchmarks.reading",
    "qa": "benchmarks.qa",
    "classification": "benchmarks.classification",
    "coref": "benchmarks.coref",
    "coref_model": "benchmarks.coref_model",
    "data_share": "benchmarks.data_share",
    "ray": "benchmarks.ray_workers",
    "memory": "benchmarks.memory",
    "scaling": "benchmarks.scaling",
    "saving": "benchmarks.saving",
    "outage": "benchmarks.outage",
}


def measure_of(name: str) -> Callable[[Plan], list[Figure]]:
    """The function of one benchmark."""
    return importlib.import_module(BENCHMARKS[name]).measure

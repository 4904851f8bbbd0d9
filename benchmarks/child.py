"""One benchmark in this process: its figures and the state of the cores go to a file as JSON."""

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.results import to_json
from benchmarks.table import BENCHMARKS, measure_of
from benchmarks.timing import THREADS, thread_ratio
from benchmarks.workload import Plan, Scale

_TOY_MATMUL = 128


def main() -> None:
    """Run the benchmark that is named; the cores are looked at before and after."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=BENCHMARKS)
    parser.add_argument("scale", choices=("toy", "quick", "full"))
    parser.add_argument("output", type=Path)
    parser.add_argument("--text", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--documents", type=Path)
    parser.add_argument("--sentences", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        files = (given.text, given.questions, given.documents, given.sentences)
        plan = Plan(given.scale, Path(folder), *files)
        answer = run(given.name, plan)
    given.output.write_text(json.dumps(answer))


def run(name: str, plan: Plan) -> dict[str, object]:
    """The figures as text, and the lower of both ratios of threads."""
    torch.set_num_threads(THREADS)
    before = _cores(plan.scale)
    figures = measure_of(name)(plan)
    if plan.scale == "toy":
        figures = [replace(figure, not_judged="toy sizes") for figure in figures]
    return {"thread_ratio": min(before, _cores(plan.scale)), "figures": to_json(figures)}


def _cores(scale: Scale) -> float:
    return thread_ratio(_TOY_MATMUL, 1) if scale == "toy" else thread_ratio()


if __name__ == "__main__":
    main()

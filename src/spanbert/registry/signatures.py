"""What registered models take and give, as MLflow's UI shows it and its server checks it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
from mlflow.types.schema import Array, Map, Object, Property

from spanbert.tasks.classification.settings import read_problem
from spanbert.tasks.glue.problem import GlueProblem
from spanbert.tasks.glue.table import TASKS
from spanbert.tasks.relations.problem import RelationProblem
from spanbert.tasks.relations.types import known_types

GLUE_COLUMNS = ("sentence", "pair")  # of its tasks: the first, or both
Rows = list[dict[str, Any]]

_SPAN = [
    Property("text", DataType.string),
    Property("start", DataType.long),
    Property("end", DataType.long),
]
_SURENESS = [Property("score", DataType.double), Property("probability", DataType.double)]
_GUESSES = Array(
    Object([Property("token", DataType.string), Property("probability", DataType.double)])
)
_MASK = Object(
    [
        Property("start", DataType.long),
        Property("end", DataType.long),
        Property("by_mlm", _GUESSES),
        Property("by_sbo", _GUESSES, required=False),
        Property("by_both", _GUESSES),
    ]
)
_FILLED_SPAN = Object(
    [*_SPAN, Property("is_at_edge", DataType.boolean), Property("masks", Array(_MASK))]
)
_LABEL = [
    ColSpec(DataType.string, "label"),
    ColSpec(DataType.double, "probability"),
    ColSpec(Map(DataType.double), "probabilities"),
]

# by what a model is for, as in `loaders.LOADERS`; those of classifiers differ
SIGNATURES = {
    "encoder": ModelSignature(
        inputs=Schema([ColSpec(DataType.string, "text")]),
        outputs=Schema(
            [
                ColSpec(DataType.string, "text"),
                ColSpec(DataType.string, "filled"),
                ColSpec(DataType.boolean, "has_sbo"),
                ColSpec(Array(_FILLED_SPAN), "spans"),
            ]
        ),
    ),
    "qa": ModelSignature(
        inputs=Schema([ColSpec(DataType.string, "question"), ColSpec(DataType.string, "context")]),
        outputs=Schema(
            [
                *(ColSpec(p.dtype, p.name) for p in [*_SPAN, *_SURENESS]),
                ColSpec(DataType.double, "no_answer_margin", required=False),
                ColSpec(Array(Object([*_SPAN, *_SURENESS])), "candidates", required=False),
            ]
        ),
        params=ParamSchema([ParamSpec("num_best", DataType.long, 0)]),
    ),
    "coref": ModelSignature(
        inputs=Schema([ColSpec(DataType.string, "text")]),
        outputs=Schema([ColSpec(Array(Array(Object(_SPAN))), "clusters")]),
        params=ParamSchema([ParamSpec("language", DataType.string, "en")]),
    ),
}
EXAMPLES: dict[str, Rows] = {
    "encoder": [{"text": "The sun is [MASK]."}],
    "qa": [{"question": "Where did Ann write it?", "context": "Ann wrote it in Oslo."}],
    "coref": [{"text": "Ann lives in Oslo. She likes it."}],
}
_GLUE_EXAMPLE = {"sentence": "Ann loved the play.", "pair": "Ann enjoyed it."}


def interface_of(purpose: str, folder: Path) -> tuple[ModelSignature, Rows]:
    """What the model in a folder takes and gives, and an example that it takes.

    Raises:
        CheckpointError: it is not a model of that purpose.
    """
    if purpose == "glue":
        return _glue_interface(read_problem(folder, GlueProblem))
    if purpose == "relations":
        return _relations_interface(read_problem(folder, RelationProblem))
    return SIGNATURES[purpose], EXAMPLES[purpose]


def _glue_interface(problem: GlueProblem) -> tuple[ModelSignature, Rows]:
    columns = GLUE_COLUMNS[: len(TASKS[problem.task].texts)]
    outputs = _LABEL if problem.labels else [ColSpec(DataType.double, "number")]
    return _signature(columns, outputs), [{name: _GLUE_EXAMPLE[name] for name in columns}]


def _relations_interface(problem: RelationProblem) -> tuple[ModelSignature, Rows]:
    """The example has types that the model has learnt, where it tells types apart."""
    subject, object_ = (
        f"{role} type={known[0]}" if (known := known_types(problem, role)) else role
        for role in ("subject", "object")
    )
    sentence = f"<{subject}>Ann</subject> was born in <{object_}>Oslo</object>."
    return _signature(("sentence",), _LABEL), [{"sentence": sentence}]


def _signature(columns: Sequence[str], outputs: list[ColSpec]) -> ModelSignature:
    return ModelSignature(
        inputs=Schema([ColSpec(DataType.string, name) for name in columns]),
        outputs=Schema([*outputs]),
    )

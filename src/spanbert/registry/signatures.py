"""What registered models take and give, as MLflow's UI shows it and its server checks it."""

from typing import Any

from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
from mlflow.types.schema import Array, Object, Property

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

# by what a model is for, as in `loaders.LOADERS`
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
}
EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "encoder": [{"text": "The sun is [MASK]."}],
    "qa": [{"question": "Where did Ann write it?", "context": "Ann wrote it in Oslo."}],
}

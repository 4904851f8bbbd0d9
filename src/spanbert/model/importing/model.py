"""A model in any layout -> our pre-training model, with an account of what was loaded."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from spanbert.errors import CheckpointError
from spanbert.model.importing.layouts import read_source
from spanbert.model.importing.report import LoadReport
from spanbert.model.importing.source import Source
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.model.published import (
    MLM_PREFIX,
    SBO_PREFIX,
    objective_of_shapes,
    own_names,
    published_names,
)
from spanbert.objectives.config import ObjectiveConfig

_ENCODER, _POOLER = "bert.", "bert.pooler."
_WORDS = "bert.embeddings.word_embeddings.weight"
_TIED = (f"{MLM_PREFIX}decoder.weight", f"{SBO_PREFIX}decoder.weight")


def import_model(
    path: Path, objective: ObjectiveConfig | None, seed: int
) -> tuple[PretrainingModel, LoadReport]:
    """Load the encoder and the heads that are there; make the other heads new.

    Args:
        objective: which heads the model has; without it, those of the source and the masked-token
            head.
        seed: new weights are drawn from it, each from a stream of its own name.

    Raises:
        DataError: nothing is at the path.
        CheckpointError: the source is damaged, lacks a part of the encoder, or does not fit its own
            sizes or the objective's.
        IntegrityError: it is unsafe to read, or differs from its recorded digest.
    """
    source = read_source(path)
    shapes = {name: tuple(tensor.shape) for name, tensor in source.tensors.items()}
    found = objective_of_shapes(shapes)
    if objective is not None and objective.has_sbo and found.has_sbo:
        _require_same_head(objective, found, path)
    model = PretrainingModel(source.config, objective or found)
    initialize(model, source.config.initializer_range, seed)
    template = model.state_dict()
    expected = published_names(template)
    _require_encoder(source, expected, path)
    model.load_state_dict(own_names(source.tensors, template), strict=False)
    return model, _report(source, expected, path)


def _require_same_head(objective: ObjectiveConfig, found: ObjectiveConfig, path: Path) -> None:
    """Refuse a span boundary head that the settings would not have built."""
    for name in ("max_sbo_pieces", "sbo_position_size"):
        theirs, ours = getattr(found, name), getattr(objective, name)
        if theirs != ours:
            raise CheckpointError(
                f"its span boundary head has {name} = {theirs}, the settings have {ours}",
                place=str(path),
                remedy=f"--set objective.{name}={theirs}",
            )


def _require_encoder(source: Source, expected: Mapping[str, Tensor], path: Path) -> None:
    """Refuse tensors of another shape, and an encoder that is not whole."""
    for name, tensor in expected.items():
        if name in source.tensors:
            found, wanted = tuple(source.tensors[name].shape), tuple(tensor.shape)
            if found != wanted:
                raise CheckpointError(
                    f"{name} is {found}, its sizes ask for {wanted}",
                    place=str(path),
                    remedy="take the config.json that belongs to these weights",
                )
        elif name.startswith(_ENCODER) and not name.startswith(_POOLER):
            raise CheckpointError(
                f"a part of the encoder is missing: {name}",
                place=str(path),
                remedy="pass a whole model",
            )


def _report(source: Source, expected: Mapping[str, Tensor], path: Path) -> LoadReport:
    loaded = expected.keys() & source.tensors.keys()
    return LoadReport(
        source=str(path),
        layout=source.layout,
        model=source.config,
        num_loaded=len(loaded),
        num_parameters=sum(expected[name].numel() for name in loaded),
        initialised=tuple(sorted(expected.keys() - loaded)),
        ignored=tuple(sorted(source.tensors.keys() - loaded - _copies(source.tensors))),
        notes=source.notes + _untied(source.tensors),
    )


def _copies(tensors: Mapping[str, Tensor]) -> set[str]:
    """Output matrices that are the word embeddings again: nothing is lost with them."""
    return {
        name for name in _TIED if name in tensors and torch.equal(tensors[name], tensors[_WORDS])
    }


def _untied(tensors: Mapping[str, Tensor]) -> tuple[str, ...]:
    """Output matrices that are not the word embeddings, which ours always are."""
    return tuple(
        f"{name} differs from the word embeddings, which took its place: predictions change"
        for name in _TIED
        if name in tensors.keys() - _copies(tensors)
    )

"""A model + what its vocabulary was extended by -> the model with rows for the new entries.

A new entry's embedding is the mean of those of its old pieces, and so is each output bias. The
output is tied to the embeddings, so its score is the mean of its pieces' scores: it never outdoes
all of them, and the model predicts almost as before. Drawn at random, a new score near 0 can lie
above all others (Hewitt, 2021, "Initializing new word embeddings for pretrained language models").
All other weights are kept as they are.
"""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from spanbert.model.importing.report import LoadReport
from spanbert.tokenizer.extension import Extension

_BY_ENTRY = (
    "encoder.embeddings.word.weight",
    "masked_token_head.bias",
    "span_boundary_head.bias",
)


def extended_state(state: Mapping[str, Tensor], extension: Extension) -> dict[str, Tensor]:
    """The state dict with a row behind the old ones for each new entry; old rows keep their bits.

    Args:
        state: of a pre-training model, with `extension.base_size` entries.
    """
    grown = {name: _grown(state[name], extension) for name in _BY_ENTRY if name in state}
    return {**state, **grown}


def extended_report(report: LoadReport, extension: Extension) -> LoadReport:
    """The account of the import with the new size, and a note of where the rows come from."""
    note = f"{len(extension.pieces)} new entries begin as the means of their old pieces"
    sizes = replace(report.model, vocab_size=extension.size)
    return replace(report, model=sizes, notes=(*report.notes, note))


def _grown(rows: Tensor, extension: Extension) -> Tensor:
    means = [rows[list(ids)].mean(dim=0) for ids in extension.pieces]
    return torch.cat([rows, torch.stack(means)])

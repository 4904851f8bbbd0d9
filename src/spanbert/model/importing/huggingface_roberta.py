"""A Hugging Face RoBERTa folder: BERT's encoder with its first positions and token types apart."""

from dataclasses import replace
from pathlib import Path

from torch import Tensor

from spanbert.model.importing.huggingface_config import model_type_of, read_config, sizes_of
from spanbert.model.importing.names import bert_names
from spanbert.model.importing.source import Source
from spanbert.model.importing.weights import read_weights
from spanbert.model.published import MLM_PREFIX

_HEAD_NAMES = {
    "lm_head.dense.": f"{MLM_PREFIX}transform.dense.",
    "lm_head.layer_norm.": f"{MLM_PREFIX}transform.LayerNorm.",
    "lm_head.decoder.": f"{MLM_PREFIX}decoder.",
    "lm_head.bias": f"{MLM_PREFIX}bias",
}
_POSITIONS = "bert.embeddings.position_embeddings.weight"
_TOKEN_TYPES = "bert.embeddings.token_type_embeddings.weight"  # noqa: S105  # no password


def is_at(path: Path) -> bool:
    """Whether this is such a folder."""
    return model_type_of(path) == "roberta"


def read(path: Path) -> Source:
    """The model in the folder, as a BERT that computes the same.

    RoBERTa counts positions from its padding id + 1, so the rows before are never used and are
    dropped. Its one token type is added to every token; a second, equal row gives pairs a type 1.
    """
    config = sizes_of(path)
    unused = int(read_config(path).get("pad_token_id", 1)) + 1
    tensors = {_bert_head_name(name): tensor for name, tensor in read_weights(path).items()}
    tensors = bert_names(tensors, "roberta.")
    notes = [f"position rows 0 to {unused - 1}, which RoBERTa never uses, were dropped"]
    if _POSITIONS in tensors:
        tensors[_POSITIONS] = tensors[_POSITIONS][unused:].clone()
    if config.num_token_types == 1 and _TOKEN_TYPES in tensors:
        tensors[_TOKEN_TYPES] = _two_equal_rows(tensors[_TOKEN_TYPES])
        config = replace(config, num_token_types=2)
        notes.append("the one token type row was doubled: types 0 and 1 start equal")
    config = replace(config, max_positions=config.max_positions - unused)
    return Source("Hugging Face RoBERTa", config, tensors, tuple(notes))


def _two_equal_rows(table: Tensor) -> Tensor:
    return table[:1].repeat(2, 1)


def _bert_head_name(name: str) -> str:
    for theirs, ours in _HEAD_NAMES.items():
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    return name

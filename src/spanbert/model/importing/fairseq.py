"""A fairseq `model.pt`, as SpanBERT's large model with both heads was published.

It holds no sizes that can be relied on, so they are read off the tensors.
"""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from spanbert.errors import CheckpointError
from spanbert.model.config import ModelConfig
from spanbert.model.importing.names import bert_names
from spanbert.model.importing.source import Source
from spanbert.model.unpickle import read_pickle

_PREFIX = "decoder."
_HEAD_DIM = 64  # of all published sizes
_LAYER = "bert.encoder.layer."


def is_at(path: Path) -> bool:
    """Whether this is a `.pt` file, or a folder with one and no `config.json`."""
    if path.is_dir():
        return not (path / "config.json").exists() and len(list(path.glob("*.pt"))) == 1
    return path.suffix == ".pt"


def read(path: Path) -> Source:
    """The model in the file; what fairseq keeps beside the weights is left alone."""
    file = next(path.glob("*.pt")) if path.is_dir() else path
    tensors = {name.removeprefix(_PREFIX): t for name, t in read_pickle(file).items()}
    named = bert_names(tensors, "bert.")
    return Source("fairseq", _sizes(named, file), named)


def _sizes(tensors: Mapping[str, Tensor], file: Path) -> ModelConfig:
    """Sizes of the encoder, with BERT's rates, which no tensor tells."""
    try:
        embeddings = "bert.embeddings.{}_embeddings.weight"
        vocab_size, hidden_size = tensors[embeddings.format("word")].shape
        intermediate_size, _ = tensors[f"{_LAYER}0.intermediate.dense.weight"].shape
        max_positions, _ = tensors[embeddings.format("position")].shape
        num_token_types, _ = tensors[embeddings.format("token_type")].shape
        numbers = {n.removeprefix(_LAYER).split(".")[0] for n in tensors if n.startswith(_LAYER)}
    except (KeyError, ValueError) as error:
        raise CheckpointError(
            f"no BERT encoder in it ({error})",
            place=str(file),
            remedy="pass a model.pt of SpanBERT, or a Hugging Face folder",
        ) from error
    if hidden_size % _HEAD_DIM:
        raise CheckpointError(
            f"vectors of {hidden_size} cannot be cut into heads of {_HEAD_DIM}",
            place=str(file),
            remedy="pass the model as a Hugging Face folder, whose config.json names its heads",
        )
    return ModelConfig(
        vocab_size=vocab_size,
        hidden_size=hidden_size,
        num_layers=len(numbers),
        num_heads=hidden_size // _HEAD_DIM,
        intermediate_size=intermediate_size,
        max_positions=max_positions,
        num_token_types=num_token_types,
    )

"""A pre-trained encoder, or none -> the sizes and weights that a task's training starts from."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from spanbert.errors import CheckpointError
from spanbert.model.config import ModelConfig
from spanbert.model.encoder import Encoder
from spanbert.model.pretraining import initialize
from spanbert.model.published import load_whole, model_config_of
from spanbert.model.vocabulary import require_same_entries, require_same_size
from spanbert.storage import MANIFEST, sha256_of, verify
from spanbert.tasks.config import RecipeConfig
from spanbert.tokenizer.folder import VOCABULARY_FILES
from spanbert.tokenizer.subword import SubwordTokenizer

ModelT = TypeVar("ModelT", bound=nn.Module)


def sizes_of(
    start: Path | None, tokenizer: SubwordTokenizer, model: ModelConfig, recipe: RecipeConfig
) -> ModelConfig:
    """Sizes of the model to train, which fit the tokenizer and the length.

    Args:
        model: sizes of a fresh encoder; with `start`, its own sizes count.
        recipe: says how long a sequence may be.

    Raises:
        CheckpointError: they do not fit.
    """
    if start is None:
        sizes = replace(model, vocab_size=tokenizer.vocab_size)
    else:
        sizes = model_config_of(start)
        _require_same_vocabulary(start, tokenizer, sizes)
    setting, length = recipe.longest
    if length > sizes.max_positions or sizes.num_token_types < 2:
        raise CheckpointError(
            f"the model has {sizes.max_positions} positions and {sizes.num_token_types} token"
            f" types; {length} and 2 are needed",
            place=str(start or ""),
            remedy=f"--set {setting}={sizes.max_positions} or pass another model",
        )
    return sizes


def _require_same_vocabulary(start: Path, tokenizer: SubwordTokenizer, sizes: ModelConfig) -> None:
    """Refuse a model whose ids would mean other pieces; it may have more than the tokenizer."""
    if tokenizer.vocab_size > sizes.vocab_size:
        require_same_size(start, sizes.vocab_size, tokenizer)
    require_same_entries(start, tokenizer)


def started(model: ModelT, start: Path | None, seed: int) -> ModelT:
    """The model with fresh weights, but for its `encoder` those of `start` where there is one.

    Entries of the vocabulary behind those of `start` stay fresh.

    Raises:
        CheckpointError: a weight of the encoder is missing in `start`.
    """
    encoder = model.get_submodule("encoder")
    assert isinstance(encoder, Encoder)
    initialize(model, encoder.config.initializer_range, seed)
    if start is not None:
        _load(encoder, start)
    return model


@torch.no_grad()
def _load(encoder: Encoder, start: Path) -> None:
    whole = encoder.embeddings.word
    known = model_config_of(start).vocab_size
    encoder.embeddings.word = nn.Embedding(known, whole.embedding_dim)
    load_whole(encoder, start, "the encoder", "pass a folder with a whole encoder")
    whole.weight[:known] = encoder.embeddings.word.weight
    encoder.embeddings.word = whole


def start_digests(start: Path | None, tokenizer: Path) -> dict[str, str]:
    """What a model is trained from besides its files, by role."""
    digests = {"tokenizer": _folder_digest(tokenizer, VOCABULARY_FILES)}
    if start is not None:
        digests["start"] = _folder_digest(start, ("model.safetensors",))
    return digests


def _folder_digest(folder: Path, stock_files: tuple[str, ...]) -> str:
    """Digest of a verified artifact, or of the first such file in a folder without a manifest."""
    if (folder / MANIFEST).is_file():
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        return verify(folder, manifest["kind"]).digest
    return sha256_of(next(folder / name for name in stock_files if (folder / name).is_file()))

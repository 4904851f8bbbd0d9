"""Bytes that a run keeps on its volume: checkpoints, the model it ends with, and shards.

The layouts are those of `checkpoints/store.py`, `model/published.py` and `shards/format.py`.
Manifests and a tokenizer's files, a few megabytes, are left out; so are annotated spans.
"""

from dataclasses import dataclass

from spanbert.config import Config
from spanbert.planning.course import CHECKPOINT_BYTES
from spanbert.shards.format import token_type

_FP32_BYTES = 4
_BITS_OF_A_BYTE = 8
_SPECIAL_TOKENS = 2  # [CLS] and [SEP], which shards do not hold
_SEGMENT_BYTES = 16  # where it begins, and its document
_PAIR_BYTES = 5  # where its second part begins, and whether that is random


@dataclass(frozen=True)
class Disk:
    """Bytes of each kind."""

    checkpoints: float  # kept, and one that is being written
    model: float
    shards: float | None  # None: the size of the corpus is not known


def disk_of(
    config: Config, parameters: int, segment_tokens: float, corpus_tokens: float | None
) -> Disk:
    """What a run keeps.

    Args:
        segment_tokens: mean length of a segment with its special tokens.
        corpus_tokens: in the shards; None where that is not known.
    """
    copies = config.training.keep_checkpoints + 1
    each = shard_bytes_per_token(config, segment_tokens)
    return Disk(
        checkpoints=float(copies * CHECKPOINT_BYTES * parameters),
        model=float(_FP32_BYTES * parameters),
        shards=None if corpus_tokens is None else corpus_tokens * each,
    )


def shard_bytes_per_token(config: Config, segment_tokens: float) -> float:
    """A token's id, the bit that says whether it begins a word, and its part of its segment's."""
    token = token_type(config.model.vocab_size).itemsize + 1 / _BITS_OF_A_BYTE
    segment = _SEGMENT_BYTES + (_PAIR_BYTES if config.shards.pairs else 0)
    return token + segment / max(1.0, segment_tokens - _SPECIAL_TOKENS)

"""Segments -> the files of shards, one shard in memory at a time."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from spanbert.shapes import Bool
from spanbert.shards.config import ShardsConfig
from spanbert.shards.format import file_name
from spanbert.shards.pieces import ANNOTATIONS, Pieces, joined


@dataclass
class _Shard:
    """Arrays of the shard being filled, by segment."""

    tokens: list[np.ndarray] = field(default_factory=list)
    words: list[Bool[np.ndarray, " seq"]] = field(default_factory=list)
    documents: list[int] = field(default_factory=list)
    splits: list[int] = field(default_factory=list)
    random_next: list[bool] = field(default_factory=list)
    spans: dict[str, list[np.ndarray]] = field(default_factory=lambda: {n: [] for n in ANNOTATIONS})
    num_tokens: int = 0


class ShardFiles:
    """Writes segments into a folder in the order given.

    Args:
        token_type: of the ids on disk.
        max_tokens: pieces after which the next shard begins.
        config: says whether segments are pairs, and whether they are annotated.
    """

    def __init__(
        self, folder: Path, token_type: np.dtype, max_tokens: int, config: ShardsConfig
    ) -> None:
        self.folder = folder
        self._token_type, self._max_tokens, self._config = token_type, max_tokens, config
        self._shard, self._number = _Shard(), 0
        self._counts = Counter(segments=0, tokens=0, words=0, **dict.fromkeys(ANNOTATIONS, 0))

    def add(self, document: int, parts: tuple[Pieces, ...], is_random_next: bool = False) -> None:
        """Append a segment of one part or two."""
        shard, pieces = self._shard, joined(parts)
        shard.tokens.append(pieces.ids.astype(self._token_type))
        shard.words.append(pieces.word_starts)
        shard.documents.append(document)
        shard.splits.append(len(parts[0]))
        shard.random_next.append(is_random_next)
        for name in ANNOTATIONS:
            shard.spans[name].append(getattr(pieces, name))
            self._counts[name] += len(getattr(pieces, name))
        shard.num_tokens += len(pieces)
        self._counts["segments"] += 1
        self._counts["tokens"] += len(pieces)
        self._counts["words"] += int(pieces.word_starts.sum())
        if shard.num_tokens >= self._max_tokens:
            self._write()

    def finish(self) -> dict[str, int]:
        """Write what no file holds yet; how many segments, tokens, words and spans there are."""
        if self._shard.num_tokens:
            self._write()
        return dict(self._counts)

    def _write(self) -> None:
        for name, array in self._arrays().items():
            array.tofile(self.folder / file_name(self._number, name))
        self._shard, self._number = _Shard(), self._number + 1

    def _arrays(self) -> dict[str, np.ndarray]:
        shard = self._shard
        arrays = {
            "tokens": np.concatenate(shard.tokens),
            "words": np.packbits(np.concatenate(shard.words)),
            "offsets": _offsets(shard.tokens),
            "documents": np.array(shard.documents, dtype="<i8"),
        }
        if self._config.pairs:
            arrays["splits"] = np.array(shard.splits, dtype="<i4")
            arrays["random_next"] = np.array(shard.random_next, dtype=np.uint8)
        if self._config.annotator:
            for name, spans in shard.spans.items():
                arrays[name] = np.concatenate(spans).astype("<i4")
                arrays[f"{name}_offsets"] = _offsets(spans)
        return arrays


def _offsets(rows: list[np.ndarray]) -> np.ndarray:
    return np.cumsum([0] + [len(r) for r in rows]).astype("<i8")

"""Segments -> the files of one shard, written as they come."""

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np

from spanbert.shapes import Bool, Int
from spanbert.shards.config import ShardsConfig
from spanbert.shards.format import file_name
from spanbert.shards.pieces import ANNOTATIONS, Pieces, joined


class ShardFiles:
    """Writes segments into the files of one shard in the order given.

    Args:
        number: of the shard.
        token_type: of the ids on disk.
        config: says whether segments are pairs, and whether they are annotated.
    """

    def __init__(
        self, folder: Path, number: int, token_type: np.dtype, config: ShardsConfig
    ) -> None:
        self._folder, self._number = folder, number
        self._token_type, self._config = token_type, config
        self._files = ExitStack()
        self._tokens = self._files.enter_context(self._path("tokens").open("wb"))
        self._words = _BitFile(self._files.enter_context(self._path("words").open("wb")))
        self._columns: dict[str, list[np.ndarray]] = {"lengths": [], "documents": []}
        if config.pairs:
            self._columns |= {"splits": [], "random_next": []}
        if config.annotator:
            self._columns |= {name: [] for name in ANNOTATIONS}
            self._columns |= {f"{name}_counts": [] for name in ANNOTATIONS}
        self._counts = Counter(segments=0, tokens=0, words=0, **dict.fromkeys(ANNOTATIONS, 0))

    def __enter__(self) -> "ShardFiles":
        return self

    def __exit__(self, *raised: object) -> None:
        self._files.close()

    def add_document(
        self, document: int, pieces: Pieces, bounds: Int[np.ndarray, "segments 2"]
    ) -> None:
        """Append all segments of a document.

        Args:
            bounds: half-open piece spans, each from where the one before ends, over all pieces.
        """
        self._add_pieces(pieces, bounds[:, 1] - bounds[:, 0])
        self._add("documents", np.full(len(bounds), document))
        if self._config.annotator:
            for start, end in bounds.tolist():
                self._add_spans(pieces.part(start, end))

    def add_pair(self, document: int, first: Pieces, second: Pieces, is_random_next: bool) -> None:
        """Append a segment of two parts; `document` is that of the first."""
        pieces = joined((first, second))
        self._add_pieces(pieces, np.array([len(pieces)]))
        self._add("documents", np.array([document]))
        self._add("splits", np.array([len(first)]))
        self._add("random_next", np.array([is_random_next]))
        if self._config.annotator:
            self._add_spans(pieces)

    def finish(self) -> dict[str, int]:
        """Write what is left; how many segments, tokens, words and spans there are."""
        self._words.finish()
        self._files.close()
        lengths = self._column("lengths")
        self._write("offsets", _offsets(lengths), "<i8")
        self._write("documents", self._column("documents"), "<i8")
        if self._config.pairs:
            self._write("splits", self._column("splits"), "<i4")
            self._write("random_next", self._column("random_next"), "u1")
        for name in ANNOTATIONS if self._config.annotator else ():
            self._write(name, self._column(name), "<i4")
            self._write(f"{name}_offsets", _offsets(self._column(f"{name}_counts")), "<i8")
        return dict(self._counts)

    def _add_pieces(self, pieces: Pieces, lengths: Int[np.ndarray, " segments"]) -> None:
        self._tokens.write(pieces.ids.astype(self._token_type).tobytes())
        self._words.write(pieces.word_starts)
        self._add("lengths", lengths)
        self._counts["segments"] += len(lengths)
        self._counts["tokens"] += len(pieces)
        self._counts["words"] += int(np.count_nonzero(pieces.word_starts))

    def _add_spans(self, segment: Pieces) -> None:
        for name in ANNOTATIONS:
            spans = getattr(segment, name)
            self._add(name, spans.reshape(-1))
            self._add(f"{name}_counts", np.array([len(spans)]))
            self._counts[name] += len(spans)

    def _add(self, name: str, rows: np.ndarray) -> None:
        self._columns[name].append(rows.astype(np.int32 if name != "documents" else np.int64))

    def _column(self, name: str) -> np.ndarray:
        return np.concatenate([np.zeros(0, dtype=np.int32), *self._columns[name]])

    def _write(self, name: str, array: np.ndarray, on_disk: str) -> None:
        array.astype(on_disk).tofile(self._path(name))

    def _path(self, array: str) -> Path:
        return self._folder / file_name(self._number, array)


class _BitFile:
    """Writes bits to a file, most significant first; the last byte is filled with zeros."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rest = np.zeros(0, dtype=np.bool_)  # fewer than eight

    def write(self, bits: Bool[np.ndarray, " bits"]) -> None:
        bits = np.concatenate([self._rest, bits])
        whole = len(bits) // 8 * 8
        self._file.write(np.packbits(bits[:whole]).tobytes())
        self._rest = bits[whole:]

    def finish(self) -> None:
        self._file.write(np.packbits(self._rest).tobytes())


def _offsets(counts: Int[np.ndarray, " rows"]) -> Int[np.ndarray, " bounds"]:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])

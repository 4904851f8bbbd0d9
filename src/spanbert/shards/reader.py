"""segment numbers -> their pieces, by memory map."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from spanbert.errors import CheckpointError
from spanbert.shapes import Bool, Int
from spanbert.shards.format import KIND, VERSION, file_name
from spanbert.shards.gather import Segments, copy_bits, copy_runs
from spanbert.shards.pieces import ANNOTATIONS, NO_SPANS
from spanbert.storage import Manifest, read_manifest, verify


@dataclass(frozen=True, slots=True)
class Segment:
    """One run of whole sentences, or a pair of runs, without [CLS] and [SEP].

    Spans are those of `Pieces`; none crosses from the first part to the second.
    """

    number: int
    ids: Int[np.ndarray, " seq"]
    word_starts: Bool[np.ndarray, " seq"]
    split: int = 0  # pieces of the first part of a pair; 0: there is one part
    is_random_next: bool = False  # of a pair: the second part is from another document
    entities: Int[np.ndarray, "entities 2"] = field(default_factory=NO_SPANS.copy)
    noun_phrases: Int[np.ndarray, "phrases 2"] = field(default_factory=NO_SPANS.copy)


class _Shard:
    """The mapped arrays of one shard."""

    def __init__(self, folder: Path, number: int, counts: dict[str, Any]) -> None:
        def array(name: str, of: str | type) -> np.ndarray:
            return _mapped(folder / file_name(number, name), np.dtype(of))

        self.tokens = array("tokens", counts["token_type"])
        self.words = array("words", np.uint8)
        self.offsets = array("offsets", "<i8")
        # artifacts made before there were pairs and annotations do not count them
        self._has_pairs = bool(counts.get("pairs"))
        if self._has_pairs:
            self._splits = array("splits", "<i4")
            self._random_next = array("random_next", np.uint8)
        names = ANNOTATIONS if counts.get("annotator") else ()
        self.spans = {  # with where those of each segment begin
            name: (array(name, "<i4").reshape(-1, 2), array(f"{name}_offsets", "<i8"))
            for name in names
        }

    def pair_answers(self, local: np.ndarray) -> tuple[np.ndarray | int, np.ndarray | int]:
        """Pieces of the first part, and 1 where the second is from another document."""
        return (self._splits[local], self._random_next[local]) if self._has_pairs else (0, 0)


# a shard, which of a batch's segments are in it, and their places among the shard's
_Group = tuple[_Shard, np.ndarray | slice, np.ndarray]


class ShardReader:
    """All segments of a shards artifact, by number.

    Args:
        folder: the artifact.
        check: verify every file's digest first; a worker whose driver has done so passes False.

    Raises:
        DataError: there is no finished artifact.
        IntegrityError: a file differs from its recorded digest.
    """

    def __init__(self, folder: Path, *, check: bool = True) -> None:
        self.folder = folder
        self.manifest: Manifest = (verify if check else read_manifest)(folder, KIND, VERSION)
        num_shards = sum(name.endswith(".tokens") for name in self.manifest.files)
        self._shards = [
            _Shard(folder, number, self.manifest.counts) for number in range(num_shards)
        ]
        counts = [len(shard.offsets) - 1 for shard in self._shards]
        self._first_segment = np.concatenate([[0], np.cumsum(counts)])
        self._first_token = np.cumsum([0] + [len(shard.tokens) for shard in self._shards])
        self.vocab_size: int = self.manifest.counts["vocab_size"]

    def __len__(self) -> int:
        return int(self._first_segment[-1])

    @property
    def has_pairs(self) -> bool:
        """Whether segments are pairs, made for next sentence prediction."""
        return bool(self.manifest.counts.get("pairs"))

    @property
    def is_annotated(self) -> bool:
        """Whether segments carry entities and noun phrases."""
        return bool(self.manifest.counts.get("annotator"))

    @property
    def num_tokens(self) -> int:
        """Pieces over all segments."""
        return int(self._first_token[-1])

    def lengths(self) -> Int[np.ndarray, " segments"]:
        """Pieces of each segment."""
        return np.concatenate([np.diff(shard.offsets) for shard in self._shards])

    def segment(self, number: int) -> Segment:
        """The segment with this number, 0 <= number < len(self)."""
        numbers = np.array([number])
        found, groups = self.gather(numbers), self._by_shard(numbers)
        return Segment(
            number,
            found.ids,
            found.word_starts,
            split=int(found.splits[0]),
            is_random_next=bool(found.random_next[0]),
            **{name: self._spans(groups, 1, name)[0] for name in ANNOTATIONS if self.is_annotated},
        )

    def gather(self, numbers: Int[np.ndarray, " batch"], annotation: str = "") -> Segments:
        """The segments with these numbers, in this order; only what is theirs is read.

        Args:
            annotation: whose spans are read: "entities", "noun_phrases", or "" for none.
        """
        numbers = np.ascontiguousarray(numbers, dtype=np.int64)  # one type is compiled for
        starts, lengths, splits, random_next = np.zeros((4, len(numbers)), dtype=np.int64)
        groups = self._by_shard(numbers)
        for shard, rows, local in groups:
            starts[rows], lengths[rows] = _runs_at(shard.offsets, local)
            splits[rows], random_next[rows] = shard.pair_answers(local)
        firsts = np.cumsum(lengths) - lengths
        ids = np.empty(lengths.sum(), dtype=np.int64)
        word_starts = np.empty(len(ids), dtype=bool)
        for shard, rows, _ in groups:
            runs = starts[rows], lengths[rows], firsts[rows]
            copy_runs(shard.tokens, *runs, ids)
            copy_bits(shard.words, *runs, word_starts)
        spans = self._spans(groups, len(numbers), annotation)
        return Segments(numbers, ids, lengths, word_starts, splits, random_next, *spans)

    def _spans(
        self, groups: list[_Group], num_segments: int, annotation: str
    ) -> tuple[np.ndarray, np.ndarray]:
        """Annotated spans of segments end to end, and where those of each begin."""
        starts, lengths = np.zeros((2, num_segments), dtype=np.int64)
        if not annotation:
            return NO_SPANS, np.zeros(num_segments + 1, dtype=np.int64)
        for shard, rows, local in groups:
            starts[rows], lengths[rows] = _runs_at(shard.spans[annotation][1], local)
        bounds = np.concatenate([[0], np.cumsum(lengths)])
        spans = np.empty((bounds[-1], 2), dtype=np.int64)
        for shard, rows, _ in groups:
            runs = 2 * starts[rows], 2 * lengths[rows], 2 * bounds[:-1][rows]  # of single numbers
            copy_runs(shard.spans[annotation][0].ravel(), *runs, spans.ravel())
        return spans, bounds

    def _by_shard(self, numbers: Int[np.ndarray, " batch"]) -> list[_Group]:
        which = np.searchsorted(self._first_segment, numbers, side="right") - 1
        local = numbers - self._first_segment[which]
        return [(self._shards[shard], rows, local[rows]) for shard, rows in _equal(which)]

    def tokens_at(self, places: Int[np.ndarray, " masked"]) -> Int[np.ndarray, " masked"]:
        """Pieces at these places of the whole run; uniform places give the unigram law."""
        which = np.searchsorted(self._first_token, places, side="right") - 1
        pieces = np.empty(len(places), dtype=np.int64)
        for shard, rows in _equal(which):
            pieces[rows] = self._shards[shard].tokens[places[rows] - self._first_token[shard]]
        return pieces

    def unigram_counts(self) -> Int[np.ndarray, " vocab"]:
        """How often each vocabulary entry occurs."""
        counts = np.zeros(self.vocab_size, dtype=np.int64)
        for shard in self._shards:
            counts += np.bincount(shard.tokens, minlength=self.vocab_size)
        return counts


def _runs_at(offsets: np.ndarray, local: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Starts and lengths of the runs between these offsets and the next."""
    starts = offsets[local]
    return starts, offsets[local + 1] - starts


def _equal(values: Int[np.ndarray, " rows"]) -> Iterator[tuple[int, np.ndarray | slice]]:
    """Each value that occurs, and the rows where it does."""
    if len(values) and (values == values[0]).all():  # mostly so
        yield int(values[0]), slice(None)
        return
    for value in np.unique(values).tolist():
        yield value, np.flatnonzero(values == value)


def _mapped(path: Path, dtype: np.dtype) -> np.ndarray:
    if path.stat().st_size == 0:  # cannot be mapped; a shard may hold no entity
        return np.frombuffer(b"", dtype)
    return np.asarray(np.memmap(path, dtype, mode="r"))


def require_vocabulary(manifest: Manifest, digest: str, place: Path) -> None:
    """Refuse a vocabulary that is not the one the shards were made with.

    Args:
        digest: of the vocabulary at `place`.

    Raises:
        CheckpointError: ids in the shards would mean other pieces.
    """
    made_with = manifest.counts["vocabulary_digest"]
    if made_with != digest:
        raise CheckpointError(
            f"vocabulary {digest[:12]} is not the one that the shards were made with,"
            f" {made_with[:12]}",
            place=str(place),
            remedy="make the shards again with this tokenizer: spanbert shards --help",
        )

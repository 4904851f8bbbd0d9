"""segment numbers -> their pieces, by memory map."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from spanbert.errors import CheckpointError
from spanbert.mapped import mapped_rows
from spanbert.shapes import Bool, Int
from spanbert.shards.format import KIND, VERSION, file_name
from spanbert.shards.gather import MappedArrays, Runs, Segments, places_of
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
        counts = self.manifest.counts
        self._tokens = self._mapped("tokens", counts["token_type"])
        self._words = self._mapped("words", "u1")
        self._offsets = self._mapped("offsets", "<i8")
        if self.has_pairs:
            self._splits = self._mapped("splits", "<i4")
            self._random_next = self._mapped("random_next", "u1")
        self._annotations = {  # spans, flat, with where those of each segment begin
            name: (self._mapped(name, "<i4"), self._mapped(f"{name}_offsets", "<i8"))
            for name in ANNOTATIONS
            if self.is_annotated
        }
        sizes = [len(offsets) - 1 for offsets in self._offsets.arrays]
        self._first_segment = np.cumsum([0, *sizes])
        self._first_token = np.cumsum([0, *(len(tokens) for tokens in self._tokens.arrays)])
        self.vocab_size: int = self.manifest.counts["vocab_size"]

    def __len__(self) -> int:
        return int(self._first_segment[-1])

    @property
    def has_pairs(self) -> bool:
        """Whether segments are pairs, made for next sentence prediction."""
        # artifacts made before there were pairs and annotations do not count them
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
        return np.concatenate([np.diff(offsets) for offsets in self._offsets.arrays])

    def segment(self, number: int) -> Segment:
        """The segment with this number, 0 <= number < len(self)."""
        numbers = np.array([number])
        found = self.gather(numbers)
        return Segment(
            number,
            found.ids,
            found.word_starts,
            split=int(found.splits[0]),
            is_random_next=bool(found.random_next[0]),
            **{name: self.gather(numbers, name).spans for name in self._annotations},
        )

    def pieces(self, numbers: Int[np.ndarray, " batch"]) -> Int[np.ndarray, " pieces"]:
        """Pieces of the segments with these numbers end to end; nothing else is read.

        Raises:
            IndexError: there is no segment of such a number.
        """
        numbers = np.ascontiguousarray(numbers, dtype=np.int64)  # one type is compiled for
        return self._tokens.joined(_runs(self._offsets, *places_of(numbers, self._first_segment)))

    def gather(self, numbers: Int[np.ndarray, " batch"], annotation: str = "") -> Segments:
        """The segments with these numbers, in this order; only what is theirs is read.

        Args:
            annotation: whose spans are read: "entities", "noun_phrases", or "" for none.

        Raises:
            IndexError: there is no segment of such a number.
        """
        numbers = np.ascontiguousarray(numbers, dtype=np.int64)  # one type is compiled for
        shards, local = places_of(numbers, self._first_segment)
        runs = _runs(self._offsets, shards, local)
        none = np.zeros(len(numbers), dtype=np.int64)
        spans = self._spans(shards, local, annotation)
        return Segments(
            numbers,
            self._tokens.joined(runs),
            runs.lengths,
            self._words.joined_bits(runs),
            self._splits.at(shards, local) if self.has_pairs else none,
            self._random_next.at(shards, local) if self.has_pairs else none,
            *spans,
        )

    def _spans(
        self, shards: np.ndarray, local: np.ndarray, annotation: str
    ) -> tuple[np.ndarray, np.ndarray]:
        """Annotated spans of segments end to end, and where those of each begin."""
        if not annotation:
            return NO_SPANS, np.zeros(len(shards) + 1, dtype=np.int64)
        numbers, offsets = self._annotations[annotation]
        runs = _runs(offsets, shards, local)
        flat = numbers.joined(Runs(shards, 2 * runs.starts, 2 * runs.lengths))
        return flat.reshape(-1, 2), np.cumsum([0, *runs.lengths])

    def tokens_at(self, places: Int[np.ndarray, " masked"]) -> Int[np.ndarray, " masked"]:
        """Pieces at these places of the whole run; uniform places give the unigram law."""
        return self._tokens.at(*places_of(places, self._first_token))

    def unigram_counts(self) -> Int[np.ndarray, " vocab"]:
        """How often each vocabulary entry occurs."""
        counts = np.zeros(self.vocab_size, dtype=np.int64)
        for tokens in self._tokens.arrays:
            counts += np.bincount(tokens, minlength=self.vocab_size)
        return counts

    def _mapped(self, name: str, of: str) -> MappedArrays:
        """The files of all shards that hold this array."""
        num_shards = sum(file.endswith(".tokens") for file in self.manifest.files)
        paths = [self.folder / file_name(shard, name) for shard in range(num_shards)]
        return MappedArrays([mapped_rows(path, np.dtype(of)) for path in paths])


def _runs(offsets: MappedArrays, shards: np.ndarray, local: np.ndarray) -> Runs:
    """What lies between these offsets and the next."""
    starts = offsets.at(shards, local)
    return Runs(shards, starts, offsets.at(shards, local + 1) - starts)


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

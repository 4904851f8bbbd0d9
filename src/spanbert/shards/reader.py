"""segment number -> its pieces, by memory map."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from spanbert.errors import CheckpointError
from spanbert.shapes import Bool, Int
from spanbert.shards.format import KIND, VERSION, file_name
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
        self._spans = {
            name: (array(name, "<i4").reshape(-1, 2), array(f"{name}_offsets", "<i8"))
            for name in names
        }

    def segment(self, number: int, local: int) -> Segment:
        """The segment in this place of the shard, which has this number among all."""
        start, end = self.offsets[local : local + 2].tolist()
        return Segment(
            number,
            self.tokens[start:end].astype(np.int64),
            self.word_starts(start, end),
            split=int(self._splits[local]) if self._has_pairs else 0,
            is_random_next=self._has_pairs and bool(self._random_next[local]),
            **{name: self._spans_of(name, local) for name in self._spans},
        )

    def _spans_of(self, name: str, local: int) -> Int[np.ndarray, "spans 2"]:
        spans, offsets = self._spans[name]
        return spans[offsets[local] : offsets[local + 1]].astype(np.int64)

    def word_starts(self, start: int, end: int) -> Bool[np.ndarray, " seq"]:
        """Bits [start, end) as booleans."""
        bits = np.unpackbits(self.words[start // 8 : (end + 7) // 8])
        return bits[start % 8 : start % 8 + end - start].astype(bool)


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
        which = int(np.searchsorted(self._first_segment, number, side="right")) - 1
        shard, local = self._shards[which], number - int(self._first_segment[which])
        return shard.segment(number, local)

    def tokens_at(self, positions: Int[np.ndarray, " masked"]) -> Int[np.ndarray, " masked"]:
        """Pieces at these places of the whole run; uniform places give the unigram law."""
        which = np.searchsorted(self._first_token, positions, side="right") - 1
        pieces = [
            self._shards[shard].tokens[place - self._first_token[shard]]
            for shard, place in zip(which, positions, strict=True)
        ]
        return np.array(pieces, dtype=np.int64)

    def unigram_counts(self) -> Int[np.ndarray, " vocab"]:
        """How often each vocabulary entry occurs."""
        counts = np.zeros(self.vocab_size, dtype=np.int64)
        for shard in self._shards:
            counts += np.bincount(shard.tokens, minlength=self.vocab_size)
        return counts


def _mapped(path: Path, dtype: np.dtype) -> np.ndarray:
    if path.stat().st_size == 0:  # cannot be mapped; a shard may hold no entity
        return np.zeros(0, dtype)
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

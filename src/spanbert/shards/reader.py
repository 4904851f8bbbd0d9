"""segment number -> its pieces, by memory map."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from spanbert.errors import CheckpointError
from spanbert.shapes import Bool, Int
from spanbert.shards.format import KIND, VERSION, file_name
from spanbert.storage import Manifest, read_manifest, verify


def _no_spans() -> Int[np.ndarray, "spans 2"]:
    return np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Segment:
    """One run of whole sentences, or a pair of them, without [CLS] and [SEP]."""

    number: int
    ids: Int[np.ndarray, " seq"]
    word_starts: Bool[np.ndarray, " seq"]
    split: int = 0  # pieces of the first part of a pair; 0: there is one part
    is_random_next: bool = False  # of a pair: the second part is from another document
    entities: Int[np.ndarray, "entities 2"] = field(
        default_factory=_no_spans
    )  # half-open, in pieces
    noun_phrases: Int[np.ndarray, "phrases 2"] = field(default_factory=_no_spans)


class _Shard:
    """The mapped arrays of one shard."""

    def __init__(self, folder: Path, number: int, token_type: np.dtype) -> None:
        self.tokens = np.memmap(folder / file_name(number, "tokens"), token_type, mode="r")
        self.words = np.memmap(folder / file_name(number, "words"), np.uint8, mode="r")
        self.offsets = np.fromfile(folder / file_name(number, "offsets"), "<i8")

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
        token_type = np.dtype(self.manifest.counts["token_type"])
        num_shards = sum(name.endswith(".tokens") for name in self.manifest.files)
        self._shards = [_Shard(folder, number, token_type) for number in range(num_shards)]
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
        start, end = (int(i) for i in shard.offsets[local : local + 2])
        ids = shard.tokens[start:end].astype(np.int64)
        return Segment(number, ids, shard.word_starts(start, end))

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

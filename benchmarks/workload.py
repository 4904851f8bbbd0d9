"""Sizes and synthetic data that every benchmark and every peer shares.

Nothing here knows either side: `ours/` and `peers/` make what they need from it.
"""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

Scale = Literal["toy", "quick", "full"]
Chosen = TypeVar("Chosen")

VOCAB_SIZE = 28_996  # the published cased vocabulary
TOY_VOCAB_SIZE = 300
SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")  # the first ids of the vocabulary
PAD, UNK, CLS, SEP, MASK = range(len(SPECIALS))
NUM_FRAMING = 2  # [CLS] and [SEP] of each block
MAX_LENGTH = 512
MASK_RATE = 0.15
MAX_SBO_PIECES = 15  # of a span, from its start
SBO_POSITION_SIZE = 200
STEP_TOKENS = 2048  # real tokens of a training step on the CPU
MEAN_LENGTH = 336  # SpanBERT, footnote 8: 390 sequences in a batch of 256 x 512 tokens
FULL_SHARE = 1 / 3  # of document blocks; the others are tails, which makes the mean
SHORTEST_LENGTH = 8
PIECES_A_WORD = 1.25  # of English under the published vocabulary
# shares of SST-2's training sentences, and how many words the longest of them has, measured on them
SST2_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
SST2_WORDS = (1, 2, 3, 4, 5, 7, 9, 12, 15, 21, 26, 32, 52)


@dataclass(frozen=True)
class Size:
    """Sizes of an encoder; the feed-forward width is four times the hidden one."""

    name: str
    num_layers: int
    hidden_size: int
    num_heads: int


TOY = Size("toy", 2, 32, 2)
TINY = Size("tiny", 2, 128, 2)
SMALL = Size("small", 4, 512, 8)
MEDIUM = Size("medium", 8, 512, 8)
BASE = Size("base", 12, 768, 12)
LARGE = Size("large", 24, 1024, 16)


@dataclass(frozen=True)
class Plan:
    """How much a benchmark does, and where it may write."""

    scale: Scale
    folder: Path  # empty, removed after the run
    text: Path | None = None  # a corpus to measure on; absent: made-up words
    questions: Path | None = None  # a SQuAD file to measure on; absent: the example of this project
    documents: Path | None = None  # with clusters, CoNLL or .jsonl; absent: made-up ones
    sentences: Path | None = None  # a training file of SST-2; absent: made-up ones as long

    def pick(self, *, toy: Chosen, quick: Chosen, full: Chosen) -> Chosen:
        """The value for this scale."""
        return {"toy": toy, "quick": quick, "full": full}[self.scale]

    def size(self, size: Size) -> Size:
        """The size asked for, or a toy where everything is one."""
        return self.pick(toy=TOY, quick=size, full=size)

    def new_folder(self) -> Path:
        """A name in the folder that is not taken."""
        return self.folder / uuid.uuid4().hex[:12]

    @property
    def repetitions(self) -> int:
        """How often each side is timed."""
        return self.pick(toy=2, quick=3, full=5)

    @property
    def vocab_size(self) -> int:
        """Ids, special tokens included."""
        return self.pick(toy=TOY_VOCAB_SIZE, quick=VOCAB_SIZE, full=VOCAB_SIZE)

    @property
    def step_tokens(self) -> int:
        """Real tokens of one training step."""
        return self.pick(toy=1024, quick=STEP_TOKENS // 2, full=STEP_TOKENS)


@dataclass(frozen=True)
class Block:
    """A run of word pieces without special tokens."""

    ids: np.ndarray  # (seq) int64
    word_starts: np.ndarray  # (seq) bool


@dataclass(frozen=True)
class Rows:
    """A masked batch as plain arrays: flat tokens, and rows that point into them."""

    lengths: np.ndarray  # (batch) tokens of each block, special tokens included
    token_ids: np.ndarray  # (tokens) after corruption
    mlm_rows: np.ndarray  # (masked)
    mlm_targets: np.ndarray  # (masked)
    sbo_left: np.ndarray  # (rows) the token before the span
    sbo_right: np.ndarray  # (rows) the token after it
    sbo_offset: np.ndarray  # (rows) place in the span, 0 at its start
    sbo_targets: np.ndarray  # (rows)

    @property
    def num_tokens(self) -> int:
        """Real tokens."""
        return len(self.token_ids)


@dataclass(frozen=True)
class CorefSizes:
    """Sizes of what stands above the encoder of a coreference model; the paper's are given."""

    ffnn_size: int = 3000
    feature_size: int = 20
    max_span_width: int = 30
    max_antecedents: int = 50
    max_training_segments: int = 3


@dataclass(frozen=True)
class CorefText:
    """A document as a coreference model reads it; spans are half-open."""

    num_words: int
    pieces: np.ndarray  # (pieces) ids, without special tokens
    segments: np.ndarray  # (segments, 2) of pieces
    word_bounds: np.ndarray  # (words + 1) first piece of each word, then the end
    speakers: np.ndarray  # (words) number of each word's speaker
    candidates: np.ndarray  # (candidates, 2) of words: all spans that may be mentions
    num_kept: int  # of the candidates
    genre: int


def document_lengths(num_tokens: int, max_length: int = MAX_LENGTH) -> list[int]:
    """Lengths of blocks cut from documents, longest first; padded, they fill about 0.66.

    A third are full; the tails of documents are uniform below that. They are the quantiles of this
    law, so that every run has the same ones.
    """
    mean = MEAN_LENGTH * max_length / MAX_LENGTH
    count = max(1, round(num_tokens / mean))
    quantiles = (np.arange(count) + 0.5) / count
    tail_mean = (mean - FULL_SHARE * max_length) / (1 - FULL_SHARE)
    lowest = min(SHORTEST_LENGTH, max_length)
    tails = lowest + (quantiles - FULL_SHARE) / (1 - FULL_SHARE) * 2 * (tail_mean - lowest)
    lengths = np.where(quantiles < FULL_SHARE, max_length, tails.round())
    return sorted(lengths.astype(int).tolist(), reverse=True)


def equal_lengths(num_tokens: int, length: int = MAX_LENGTH) -> list[int]:
    """Lengths of blocks without padding."""
    return [length] * max(1, num_tokens // length)


def sentence_lengths(number: int) -> list[int]:
    """Pieces of so many sentences as SST-2 trains on, shortest first, without special tokens.

    They are the quantiles of its lengths in words, which are 9.4 on average, at 1.25 pieces a word.
    """
    shares = (np.arange(number) + 0.5) / number
    words = np.interp(shares, SST2_SHARES, SST2_WORDS).round()
    return (words * PIECES_A_WORD).round().astype(int).tolist()


def fill(lengths: list[int]) -> float:
    """Share of a padded batch that is real."""
    return sum(lengths) / (len(lengths) * max(lengths))


def synthetic_blocks(lengths: list[int], vocab_size: int, seed: int = 0) -> list[Block]:
    """Random pieces under Zipf's law, in words of 1.25 pieces; lengths count [CLS] and [SEP]."""
    rng = np.random.default_rng(seed)
    ids = zipf_ids(sum(lengths), vocab_size, rng)
    starts = rng.random(len(ids)) < 1 / PIECES_A_WORD
    ends = np.cumsum(lengths)
    blocks = []
    for length, end in zip(lengths, ends.tolist(), strict=True):
        pieces = slice(end - length, end - NUM_FRAMING)
        starts[pieces.start] = True
        blocks.append(Block(ids[pieces], starts[pieces]))
    return blocks


def zipf_ids(number: int, vocab_size: int, rng: np.random.Generator) -> np.ndarray:
    """(number) int64 ids, none of them special; the n-th commonest has a chance of about 1 / n."""
    weights = 1 / np.arange(1, vocab_size - len(SPECIALS) + 1)
    edges = np.cumsum(weights / weights.sum())[:-1]
    return len(SPECIALS) + np.searchsorted(edges, rng.random(number))


def synthetic_texts(num_words: int, seed: int = 0) -> list[str]:
    """Documents of 500 made-up words under Zipf's law, in sentences of 20."""
    rng = np.random.default_rng(seed)
    letters = np.array(list("etaoinshrdlucmfw"))
    names = ["".join(letters[rng.integers(16, size=rng.integers(2, 11))]) for _ in range(60_000)]
    words = [
        names[i] for i in (zipf_ids(num_words, len(names) + len(SPECIALS), rng) - len(SPECIALS))
    ]
    sentences = [" ".join(words[at : at + 20]).capitalize() + "." for at in range(0, num_words, 20)]
    return [" ".join(sentences[at : at + 25]) for at in range(0, len(sentences), 25)]


def useful_flop(size: Size, vocab_size: int, rows: Rows) -> float:
    """Floating-point operations that one training step needs, however it is computed.

    Forward and backward (three times forward) of the encoder's matrices and of attention over real
    tokens, and of each head over its own rows alone.
    """
    hidden = size.hidden_size
    layer = 12 * hidden**2  # 4 of attention, 8 of the feed-forward part
    encoder = 2 * size.num_layers * layer * rows.num_tokens
    attention = 4 * hidden * size.num_layers * float((rows.lengths.astype(float) ** 2).sum())
    mlm = 2 * len(rows.mlm_rows) * (hidden**2 + hidden * vocab_size)
    framed = 2 * hidden + SBO_POSITION_SIZE
    sbo = 2 * len(rows.sbo_targets) * (framed * hidden + hidden**2 + hidden * vocab_size)
    return 3.0 * (encoder + attention + mlm + sbo)

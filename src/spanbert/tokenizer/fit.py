"""Tokenizer + texts -> how well the vocabulary fits them, in numbers, and the words it splits.

A word is what the tokenizer takes for one (`words.py`): with BERT's rules each punctuation mark
too. What to do about it is in `advice.py`.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spanbert.shapes import Int
from spanbert.tokenizer.excerpts import excerpts
from spanbert.tokenizer.subword import Encoding, SubwordTokenizer

FIT_CHARACTERS = 20_000_000  # of a corpus's sample: some four million words of English
FREQUENT = 1e-5  # of all words: a frequent word is seen ten times in a million
_LEAST_COUNT = 5  # of a frequent word, where there are few
_BATCH_CHARACTERS = 1 << 20  # a piece takes some 200 bytes while it is looked at
_MAX_KEPT = 500_000  # distinct split words; the rarest are forgotten when there are twice as many
_ID = np.dtype("<u4")


@dataclass(frozen=True, slots=True)
class SplitWord:
    """A word that is cut into two or more pieces."""

    ids: tuple[int, ...]  # of its pieces
    count: int  # how often it was seen

    @property
    def saved(self) -> int:
        """Pieces fewer if it were one."""
        return self.count * (len(self.ids) - 1)


@dataclass(frozen=True)
class VocabularyFit:
    """What was counted; the words are exact unless a sample has a million distinct split ones."""

    characters: int
    words: int
    pieces: int
    whole_words: int  # of one piece, which is known
    unknown_words: int  # with a piece that is unknown
    unknown_pieces: int
    unknown_characters: int  # in them
    frequent_words: int  # distinct words that make up at least `FREQUENT` of all
    split_words: tuple[SplitWord, ...]  # the frequent ones among those split, commonest first

    @property
    def pieces_per_word(self) -> float:
        """1 if every word were whole."""
        return self.pieces / max(1, self.words)

    @property
    def unknown_share(self) -> float:
        """Of the words, those with an unknown piece."""
        return self.unknown_words / max(1, self.words)

    def numbers(self) -> dict[str, Any]:
        """All counts and rates, without a word of the texts."""
        counts = {n: v for n, v in vars(self).items() if n != "split_words"}
        return counts | {
            "frequent_words_split": len(self.split_words),
            "pieces_per_word": self.pieces_per_word,
            "whole_word_share": self.whole_words / max(1, self.words),
            "unknown_word_share": self.unknown_share,
            "unknown_piece_share": self.unknown_pieces / max(1, self.pieces),
            "frequent_split_share": len(self.split_words) / max(1, self.frequent_words),
        }


def vocabulary_fit(tokenizer: SubwordTokenizer, texts: Iterable[str]) -> VocabularyFit:
    """Count words and pieces of all texts; their order changes nothing.

    Takes memory for an excerpt's pieces and a million words, whatever the texts.
    """
    tally = _Tally(tokenizer.vocab_size, tokenizer.unk_id)
    for batch in batches(texts):
        for text, encoding in zip(batch, tokenizer.encode_batch(batch), strict=True):
            tally.add(text, encoding)
    return tally.fit()


def batches(texts: Iterable[str]) -> Iterable[list[str]]:
    """Excerpts of the texts, about a million characters at a time."""
    batch: list[str] = []
    characters = 0
    for excerpt in excerpts(texts):
        batch.append(excerpt)
        characters += len(excerpt)
        if characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    yield batch


def words_of(encoding: Encoding) -> list[tuple[int, ...]]:
    """The ids of each word's pieces."""
    ids, bounds = encoding.ids.tolist(), _bounds(encoding).tolist()
    return [tuple(ids[start:end]) for start, end in itertools.pairwise(bounds)]


def splits_of(fit: VocabularyFit, tokenizer: SubwordTokenizer, most: int) -> list[dict[str, Any]]:
    """The commonest frequent words that are split, with their pieces: words of the texts."""
    return [
        {
            "word": tokenizer.decode(word.ids).strip(),
            "count": word.count,
            "pieces": [tokenizer.token(i) for i in word.ids],
        }
        for word in fit.split_words[:most]
    ]


def _bounds(encoding: Encoding) -> Int[np.ndarray, " bounds"]:
    """Where words begin, and the end: words + 1 offsets, or 1 where there is none."""
    return np.append(np.flatnonzero(encoding.word_starts), len(encoding.ids))


@dataclass
class _Tally:
    """Counts while the texts go by."""

    vocab_size: int
    unk_id: int
    numbers: Counter[str] = field(default_factory=Counter)
    split: Counter[bytes] = field(default_factory=Counter)  # by ids, as `_ID`s

    def __post_init__(self) -> None:
        self.whole = np.zeros(self.vocab_size, dtype=np.int64)  # by id

    def add(self, text: str, encoding: Encoding) -> None:
        """Count one excerpt."""
        bounds = _bounds(encoding)
        starts, lengths = bounds[:-1], np.diff(bounds)
        unknown = encoding.ids == self.unk_id
        holds_unknown = np.logical_or.reduceat(unknown, starts) if len(starts) else unknown[:0]
        is_whole = (lengths == 1) & ~holds_unknown
        whole_ids = encoding.ids[starts[is_whole]]
        self.whole += np.bincount(whole_ids, minlength=self.vocab_size)
        self._add_split(encoding, np.flatnonzero((lengths > 1) & ~holds_unknown), bounds)
        self.numbers.update(
            characters=len(text),
            words=len(starts),
            pieces=len(encoding.ids),
            whole_words=int(is_whole.sum()),
            unknown_words=int(holds_unknown.sum()),
            unknown_pieces=int(unknown.sum()),
            unknown_characters=int((encoding.ends - encoding.starts)[unknown].sum()),
        )

    def _add_split(
        self,
        encoding: Encoding,
        words: Int[np.ndarray, " split"],
        bounds: Int[np.ndarray, " bounds"],
    ) -> None:
        spelt = encoding.ids.astype(_ID).tobytes()
        starts, ends = (bounds[words] * _ID.itemsize, bounds[words + 1] * _ID.itemsize)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            self.split[spelt[start:end]] += 1
        if len(self.split) > 2 * _MAX_KEPT:
            kept = sorted(self.split.items(), key=lambda item: (-item[1], item[0]))[:_MAX_KEPT]
            self.split = Counter(dict(kept))

    def fit(self) -> VocabularyFit:
        """What was counted."""
        least = max(_LEAST_COUNT, math.ceil(FREQUENT * self.numbers["words"]))
        frequent = [(key, count) for key, count in self.split.items() if count >= least]
        words = (SplitWord(tuple(np.frombuffer(k, _ID).tolist()), n) for k, n in frequent)
        num_whole = int((self.whole >= least).sum())
        return VocabularyFit(
            **{name: self.numbers[name] for name in _COUNTED},
            frequent_words=num_whole + len(frequent),
            split_words=tuple(sorted(words, key=lambda word: (-word.count, word.ids))),
        )


_COUNTED = ("characters", "words", "pieces", "whole_words", "unknown_words", "unknown_pieces")
_COUNTED += ("unknown_characters",)

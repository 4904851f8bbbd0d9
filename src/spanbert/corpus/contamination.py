"""Word n-grams that documents share with evaluation sets.

A document that holds a run of words of an evaluation text would let a model learn what it is to be
tested on. Which evaluation n-grams were seen is one flag for each, so that the flags of parts of a
corpus can be joined with `|`, in any order.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from spanbert.corpus.words import WordHashes, ngrams, runs
from spanbert.shapes import Bool, Int, UInt

MIN_WORDS = 8  # a shorter text says too little to be looked for

_FILTER_BITS = 22  # of a table, 4 MB, that most n-grams of documents go no further than


@dataclass(frozen=True, slots=True)
class SetContamination:
    """How much of one evaluation set occurs in a corpus."""

    texts: int
    too_short: int  # texts that are not looked for
    texts_found: int  # with at least one n-gram that occurs
    ngrams: int  # different ones
    ngrams_found: int
    documents: int  # of the corpus, with at least one n-gram of this set


class EvaluationSets:
    """The n-grams of evaluation texts, and the sets they belong to.

    A text of fewer than `num_words` words is one n-gram of all its words, if it has at least 8;
    else it is not looked for. Memory is about 60 bytes for each word of the texts while they are
    read, afterwards about 16 and one for each set, and 4 MB. When 10^10 words are compared with
    10^6 n-grams, the probability that any two are confused is below 1 %.

    Args:
        texts: by name of their set, read once; cleaned as the corpus is.
        num_words: length of an n-gram.
        words: what hashes the words of documents, too.
    """

    def __init__(
        self, texts: Mapping[str, Iterable[str]], num_words: int, words: WordHashes
    ) -> None:
        self.names = tuple(texts)
        self._sets = [_read(texts[name], num_words, words) for name in self.names]
        occurrences = [np.zeros(0, np.uint64), *(each.ngrams for each in self._sets)]
        self._ngrams = np.unique(np.concatenate(occurrences))
        self._is_in = np.zeros((len(self._ngrams), len(self._sets)), dtype=bool)
        for column, each in enumerate(self._sets):
            self._is_in[self._numbers(each.ngrams), column] = True
        self._lengths = frozenset[int]().union(*(each.lengths for each in self._sets))
        self._may_hold = np.zeros(2**_FILTER_BITS, dtype=bool)
        self._may_hold[_filter_places(self._ngrams)] = True

    @property
    def digest(self) -> str:
        """sha256 over the sets' names and n-grams."""
        digest = hashlib.sha256("\n".join(self.names).encode())
        for array in (self._ngrams, self._is_in):
            digest.update(array.tobytes())
        return digest.hexdigest()

    @property
    def num_ngrams(self) -> int:
        """Different n-grams of all sets: so many flags say which of them were seen."""
        return len(self._ngrams)

    def found(self, hashes: UInt[np.ndarray, " words"]) -> Int[np.ndarray, " found"]:
        """Numbers, below `num_ngrams`, of the n-grams that a document holds; in order, each once.

        Args:
            hashes: of the document's words, as `WordHashes.of` gives them.
        """
        lengths = range(1, max(self._lengths, default=0) + 1)
        looked_for = [
            held for n, held in zip(lengths, runs(hashes), strict=False) if n in self._lengths
        ]
        held = np.concatenate([np.zeros(0, np.uint64), *looked_for])
        held = held[self._may_hold[_filter_places(held)]]
        numbers = self._numbers(held)
        is_ours = self._ngrams.take(numbers, mode="clip") == held
        return np.unique(numbers[is_ours])

    def overlaps(self, found: Int[np.ndarray, " found"]) -> Int[np.ndarray, " sets"]:
        """How many of these n-grams each set has; in the order of `names`."""
        return np.count_nonzero(self._is_in[found], axis=0)

    def report(
        self, seen: Bool[np.ndarray, " ngrams"], documents: Int[np.ndarray, " sets"]
    ) -> dict[str, SetContamination]:
        """What was found of each set.

        Args:
            seen: whether each n-gram is in what `found` gave for any document.
            documents: for how many documents `overlaps` was above 0.
        """
        return {
            name: self._report(column, seen, int(documents[column]))
            for column, name in enumerate(self.names)
        }

    def _report(
        self, column: int, seen: Bool[np.ndarray, " ngrams"], documents: int
    ) -> SetContamination:
        read, is_in = self._sets[column], self._is_in[:, column]
        seen_in_texts = seen[self._numbers(read.ngrams)]
        return SetContamination(
            texts=len(read.starts) + read.too_short,
            too_short=read.too_short,
            texts_found=int(np.count_nonzero(np.logical_or.reduceat(seen_in_texts, read.starts))),
            ngrams=int(np.count_nonzero(is_in)),
            ngrams_found=int(np.count_nonzero(is_in & seen)),
            documents=documents,
        )

    def _numbers(self, known: UInt[np.ndarray, " some"]) -> Int[np.ndarray, " some"]:
        return np.searchsorted(self._ngrams, known)


@dataclass(frozen=True, slots=True)
class _Texts:
    """The n-grams of a set's texts, one text after another."""

    ngrams: UInt[np.ndarray, " occurrences"]
    starts: Int[np.ndarray, " texts"]  # each text's first n-gram
    lengths: frozenset[int]  # words of an n-gram
    too_short: int


def _read(texts: Iterable[str], num_words: int, words: WordHashes) -> _Texts:
    found, lengths, too_short = [np.zeros(0, np.uint64)], set[int](), 0
    for text in texts:
        hashes = words.of(text)
        if len(hashes) < min(MIN_WORDS, num_words):
            too_short += 1
            continue
        length = min(num_words, len(hashes))
        lengths.add(length)
        found.append(ngrams(hashes, length))
    starts = np.cumsum([len(runs) for runs in found])[:-1]
    return _Texts(np.concatenate(found), starts, frozenset(lengths), too_short)


def _filter_places(ngrams: UInt[np.ndarray, " ngrams"]) -> UInt[np.ndarray, " ngrams"]:
    return ngrams >> np.uint64(64 - _FILTER_BITS)

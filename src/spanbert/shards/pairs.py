"""Sentences -> segments of two parts, for next sentence prediction (SpanBERT, section 4.2; BERT).

A document is cut into chunks of whole sentences; the first part is the beginning of a chunk, the
second its rest or, half the time, a run of sentences from another document. The sentences that a
random second part displaces begin the next chunk, so none is lost.

As the published code does it, a chunk ends with the sentence that reaches the target length, and a
pair that is then too long loses pieces at its ends. **Differs:** the first part may be all of a
chunk but its last sentence, where the code stops one sentence short of that.
"""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from spanbert.rng import stream
from spanbert.shapes import Int
from spanbert.shards.config import ShardsConfig
from spanbert.shards.encode import EncodedDocument

_RANDOM_NEXT = 0.5  # share of second parts from another document


@runtime_checkable
class Documents(Protocol):
    """Documents by index, each with at least one piece, no sentence longer than a pair."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> EncodedDocument: ...


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces [start, end) of one document."""

    document: int  # index
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Pair:
    """Where the two parts of a segment are."""

    first: Run
    second: Run
    is_random_next: bool  # the second part is from another document


@dataclass(slots=True)
class DocumentPairs:
    """A document's pairs in order, and how many of its pieces are in none of them."""

    pairs: list[Pair] = field(default_factory=list)
    num_dropped: int = 0


def pair_limit(config: ShardsConfig) -> int:
    """Most pieces in a pair: one less than in a single segment, for its second [SEP]."""
    return config.max_pieces - 1


def sample_pairs(documents: Documents, index: int, config: ShardsConfig) -> DocumentPairs:
    """The pairs that begin in one document: a function of the documents and settings alone.

    In a corpus of one document no second part is random, and a chunk of one sentence is halved.
    """
    document = documents[index]
    bounds = document.sentence_bounds
    rng = stream(config.seed, "pairs", document.number)
    limit = pair_limit(config)
    target = _target_length(limit, config.short_fraction, rng)
    made = DocumentPairs()
    place = 0
    while place < len(bounds) - 1:
        stop = _stop_of_run(bounds, place, target)
        split = int(rng.integers(place + 1, stop)) if stop - place > 1 else stop
        is_random = len(documents) > 1 and bool(split == stop or rng.random() < _RANDOM_NEXT)
        first = Run(index, int(bounds[place]), int(bounds[split]))
        if is_random:
            second = _run_elsewhere(documents, index, target - len(first), rng)
            place = split
        else:
            second = Run(index, first.end, int(bounds[stop]))
            place = stop
        _add(made, first, second, is_random, limit, rng)
    return made


def _target_length(limit: int, short_fraction: float, rng: np.random.Generator) -> int:
    return int(rng.integers(2, limit)) if rng.random() < short_fraction else limit


def _stop_of_run(bounds: Int[np.ndarray, " bounds"], place: int, num_pieces: int) -> int:
    """One past the sentence with which a run from sentence `place` has so many pieces, if any."""
    reached = int(np.searchsorted(bounds, bounds[place] + num_pieces))
    return min(max(reached, place + 1), len(bounds) - 1)


def _run_elsewhere(
    documents: Documents, index: int, num_pieces: int, rng: np.random.Generator
) -> Run:
    """Whole sentences from any place in any other document, until there are so many pieces."""
    other = int(rng.integers(len(documents) - 1))
    other += other >= index
    bounds = documents[other].sentence_bounds
    place = int(rng.integers(len(bounds) - 1))
    stop = _stop_of_run(bounds, place, num_pieces)
    return Run(other, int(bounds[place]), int(bounds[stop]))


def _add(
    made: DocumentPairs,
    first: Run,
    second: Run,
    is_random: bool,
    limit: int,
    rng: np.random.Generator,
) -> None:
    own = len(first) + (0 if is_random else len(second))
    if not second:
        first, second = _halves(first)
    first, second = _trimmed(first, second, limit, rng)
    kept = 0
    if first:
        made.pairs.append(Pair(first, second, is_random))
        kept = len(first) + (0 if is_random else len(second))
    made.num_dropped += own - kept


def _halves(run: Run) -> tuple[Run, Run]:
    middle = (run.start + run.end) // 2
    return Run(run.document, run.start, middle), Run(run.document, middle, run.end)


def _trimmed(first: Run, second: Run, limit: int, rng: np.random.Generator) -> tuple[Run, Run]:
    """Both parts after the longer has lost a piece at a time, front or back, down to the limit.

    The second loses one where they are equally long, and so they then lose by turns.
    """
    excess = max(0, len(first) + len(second) - limit)
    from_longer = min(excess, abs(len(first) - len(second)))
    by_turns = excess - from_longer
    losses = [by_turns // 2, by_turns - by_turns // 2]
    losses[0 if len(first) > len(second) else 1] += from_longer
    return _without(first, losses[0], rng), _without(second, losses[1], rng)


def _without(run: Run, num_pieces: int, rng: np.random.Generator) -> Run:
    front = int(rng.binomial(num_pieces, 0.5))
    return Run(run.document, run.start + front, run.end - (num_pieces - front))

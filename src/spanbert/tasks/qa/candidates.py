"""Possible answers of many questions in a few columns, and a question's own as a view of them.

A question has some twenty, of which most users read one: objects are made when they are asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

import numpy as np

from spanbert.shapes import Float, Int


class Candidate(NamedTuple):
    """A possible answer: `context[start:end]` is its text."""

    text: str
    start: int
    end: int
    score: float  # start score + end score
    probability: float  # softmax over the candidates that were kept, and over the empty answer
    # where the model may give it
    start_score: float
    end_score: float


NO_ANSWER = Candidate("", 0, 0, 0.0, 0.0, 0.0, 0.0)  # the empty one, without scores


@dataclass(frozen=True, slots=True, eq=False)
class CandidateTable:
    """The fields of candidates, a column each."""

    texts: list[str]
    starts: Int[np.ndarray, " rows"]
    ends: Int[np.ndarray, " rows"]
    scores: Float[np.ndarray, " rows"]
    probabilities: Float[np.ndarray, " rows"]
    start_scores: Float[np.ndarray, " rows"]
    end_scores: Float[np.ndarray, " rows"]

    def row(self, row: int) -> Candidate:
        """One of the candidates."""
        return Candidate(self.texts[row], *(column.item(row) for column in self._numbers()))

    def rows(self, rows: slice) -> Iterator[Candidate]:
        """Some of the candidates."""
        columns = (column[rows].tolist() for column in self._numbers())
        return map(Candidate._make, zip(self.texts[rows], *columns, strict=True))

    def _numbers(self) -> tuple[np.ndarray, ...]:
        first = (self.starts, self.ends, self.scores)
        return (*first, self.probabilities, self.start_scores, self.end_scores)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates(Sequence[Candidate]):
    """Neighbouring rows [first, end) of a table, equal to a tuple of the same candidates."""

    table: CandidateTable
    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.first

    @overload
    def __getitem__(self, index: int) -> Candidate: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Candidate, ...]: ...
    def __getitem__(self, index: int | slice) -> Candidate | tuple[Candidate, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        return self.table.row(range(self.first, self.end)[index])

    def __iter__(self) -> Iterator[Candidate]:
        return self.table.rows(slice(self.first, self.end))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Candidates | tuple) and tuple(self) == tuple(other)

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __repr__(self) -> str:
        return repr(tuple(self))

"""All ways to cut strings into pieces, for many strings of one length at once.

A string of length n has the places 0..n; a piece leads from one place to a later one. Pieces are
known by number, and -1 is no piece: the last of their scores is minus infinity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spanbert.shapes import Float, Int


@dataclass(frozen=True)
class Lattice:
    """The pieces of strings of one length."""

    rows: Int[np.ndarray, " strings"]  # number of each string among all of all lengths
    pieces: Int[np.ndarray, "strings length width"]  # the piece from a place, 1 + width long

    def best_scores(self, scores: Float[np.ndarray, " pieces"]) -> Float[np.ndarray, " strings"]:
        """Score of the best way to cut each string."""
        return self._before(scores, np.maximum)[:, -1]

    def expected_counts(
        self, scores: Float[np.ndarray, " pieces"], counts: Float[np.ndarray, " strings"]
    ) -> Float[np.ndarray, " pieces"]:
        """How often each piece is used, over all ways by their probability.

        Args:
            counts: how often each string occurs.
        """
        _, length, width = self.pieces.shape
        before, after = self._before(scores, np.logaddexp), np.zeros((len(self.rows), length + 1))
        expected = np.zeros(len(scores))
        for place in reversed(range(length)):
            pieces = self.pieces[:, place, : length - place]
            paths = scores[pieces] + after[:, place + 1 : place + 1 + width]
            after[:, place] = np.logaddexp.reduce(paths, axis=1)
            share = np.exp(before[:, place, None] + paths - before[:, -1:]) * counts[:, None]
            expected += np.bincount(
                pieces.ravel() + 1, weights=share.ravel(), minlength=len(scores) + 1
            )[1:]
        return expected

    def _before(
        self, scores: Float[np.ndarray, " pieces"], join: np.ufunc
    ) -> Float[np.ndarray, "strings places"]:
        """Scores of the ways from the beginning to each place, joined."""
        _, length, width = self.pieces.shape
        before = np.zeros((len(self.rows), length + 1))
        for place in range(1, length + 1):
            earlier = np.arange(max(0, place - width), place)
            paths = before[:, earlier] + scores[self.pieces[:, earlier, place - earlier - 1]]
            before[:, place] = join.reduce(paths, axis=1)
        return before


def lattices(strings: Sequence[str], numbers: Mapping[str, int], longest: int) -> list[Lattice]:
    """The lattices of all strings, by length.

    Args:
        numbers: the pieces, each with its number.
        longest: characters of the longest piece.
    """
    rows_by_length: dict[int, list[int]] = {}
    for row, string in enumerate(strings):
        rows_by_length.setdefault(len(string), []).append(row)
    return [
        Lattice(np.array(rows), _pieces([strings[r] for r in rows], numbers, min(length, longest)))
        for length, rows in sorted(rows_by_length.items())
    ]


def _pieces(
    strings: Sequence[str], numbers: Mapping[str, int], width: int
) -> Int[np.ndarray, "strings length width"]:
    length = len(strings[0])
    pieces = np.full((len(strings), length, width), -1, dtype=np.int32)
    for i, string in enumerate(strings):
        for start in range(length):
            ends = range(start + 1, min(start + width, length) + 1)
            pieces[i, start, : len(ends)] = [numbers.get(string[start:end], -1) for end in ends]
    return pieces

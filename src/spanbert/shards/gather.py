"""Runs of pieces here and there in mapped files -> the same runs end to end in memory."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from spanbert.compiled import array_at, compiled
from spanbert.shapes import Bool, Int

_ONE, _THREE, _SEVEN = np.uint64(1), np.uint64(3), np.uint64(7)  # signed ones would be slower


class Segments(NamedTuple):
    """Segments end to end, without [CLS] and [SEP], as compiled functions take them."""

    numbers: Int[np.ndarray, " batch"]
    ids: Int[np.ndarray, " pieces"]
    lengths: Int[np.ndarray, " batch"]
    word_starts: Bool[np.ndarray, " pieces"]
    splits: Int[np.ndarray, " batch"]  # pieces of the first part of a pair; 0: there is one part
    random_next: Int[np.ndarray, " batch"]  # 1: the second part is from another document
    spans: Int[np.ndarray, "spans 2"]  # annotated, half-open, from their segment's first piece
    span_offsets: Int[np.ndarray, " bounds"]  # (batch + 1) where each segment's spans begin


class MappedArrays:
    """The same array of every shard: a place is a shard and an index in its array.

    Args:
        arrays: of one type; they are kept, and nothing of them is read here.
    """

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        self.arrays = arrays
        self._map = Map(
            np.array([array.ctypes.data for array in arrays], dtype=np.int64),
            np.array([len(array) for array in arrays], dtype=np.int64),
            np.zeros(0, dtype=arrays[0].dtype),
        )

    def at(
        self, shards: Int[np.ndarray, " n"], indices: Int[np.ndarray, " n"]
    ) -> Int[np.ndarray, " n"]:
        """The numbers at these places.

        Raises:
            IndexError: a place is not in the array.
        """
        found = np.empty(len(shards), dtype=np.int64)
        _pick(self._map, shards, indices, found)
        return found

    def joined(self, runs: "Runs") -> Int[np.ndarray, " numbers"]:
        """The numbers of these runs, end to end."""
        joined = np.empty(int(runs.lengths.sum()), dtype=np.int64)
        _copy_runs(self._map, runs, joined)
        return joined

    def joined_bits(self, runs: "Runs") -> Bool[np.ndarray, " bits"]:
        """The bits of these runs end to end, of bytes with the most significant bit first."""
        joined = np.empty(int(runs.lengths.sum()), dtype=np.bool_)
        _copy_bits(self._map, runs, joined)
        return joined


class Map(NamedTuple):
    """Where the arrays of all shards lie, as compiled functions take it."""

    addresses: np.ndarray  # (shards)
    sizes: np.ndarray  # (shards) numbers, not bytes
    like: np.ndarray  # (0) of their type


class Runs(NamedTuple):
    """Neighbours in the arrays of shards, as compiled functions take them."""

    shards: Int[np.ndarray, " runs"]
    starts: Int[np.ndarray, " runs"]
    lengths: Int[np.ndarray, " runs"]


@compiled
def places_of(
    numbers: Int[np.ndarray, " n"], firsts: Int[np.ndarray, " bounds"]
) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " n"]]:
    """(shard, index in it) of what has these numbers among all shards' together.

    Args:
        firsts: number of each shard's first, then how many there are.

    Raises:
        IndexError: there is no such number.
    """
    shards, indices = np.empty_like(numbers), np.empty_like(numbers)
    for place in range(len(numbers)):
        if numbers[place] < 0 or numbers[place] >= firsts[-1]:
            raise IndexError("no such number among all shards'")
        shards[place] = np.searchsorted(firsts, numbers[place], side="right") - 1
        indices[place] = numbers[place] - firsts[shards[place]]
    return shards, indices


@compiled
def _view(maps: Map, shard: int, end: int) -> np.ndarray:
    """A shard's numbers up to `end`."""
    if end > maps.sizes[shard]:
        raise IndexError("beyond the end of a shard's array")
    return array_at(maps.addresses[shard], end, maps.like)


@compiled
def _pick(
    maps: Map,
    shards: Int[np.ndarray, " n"],
    indices: Int[np.ndarray, " n"],
    found: Int[np.ndarray, " n"],
) -> None:
    for place in range(len(shards)):
        index = indices[place]
        found[place] = _view(maps, shards[place], index + 1)[index]


@compiled
def _copy_runs(maps: Map, runs: Runs, joined: Int[np.ndarray, " numbers"]) -> None:
    first = 0
    for run in range(len(runs.starts)):
        start, length = runs.starts[run], runs.lengths[run]
        joined[first : first + length] = _view(maps, runs.shards[run], start + length)[start:]
        first += length


@compiled
def _copy_bits(maps: Map, runs: Runs, joined: Bool[np.ndarray, " bits"]) -> None:
    first = 0
    for run in range(len(runs.starts)):
        start, length = runs.starts[run], runs.lengths[run]
        source = _view(maps, runs.shards[run], (start + length + 7) // 8)
        bits = joined[first : first + length]
        for place in range(length):
            bit = np.uint64(start + place)
            byte, shift = source[bit >> _THREE], _SEVEN - (bit & _SEVEN)
            bits[place] = (byte >> shift) & _ONE
        first += length

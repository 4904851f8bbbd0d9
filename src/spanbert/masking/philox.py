"""A segment's stream of chance: the words of NumPy's Philox4x64-10, drawn inside compiled loops.

(key of the run's epoch, segment number) -> words, as `np.random.Philox(key=key, counter=number <<
64).random_raw()` gives them. The rounds are those of Salmon et al., "Parallel random numbers: as
easy as 1, 2, 3" (2011). `rng.py` makes keys, and generators where speed does not matter.
"""

from typing import Any, NamedTuple

import numpy as np

from spanbert.compiled import compiled, wide_product

_ROUNDS, _BLOCK_WORDS = 10, 4
_MULTIPLIERS = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
_WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)  # added to the key's halves after each round
_UNUSED_BITS = np.uint64(11)  # a double has 53 bits
_DOUBLE_STEP = 2.0**-53


class Stream(NamedTuple):
    """Where a stream stands; drawing from it changes its arrays."""

    round_keys: np.ndarray  # (rounds, 2) uint64
    words: np.ndarray  # (4) uint64: the block that is being used up
    place: np.ndarray  # (3) int64: segment number, blocks made, words used of the last one


def round_keys(key: int) -> np.ndarray:
    """The keys of all rounds, (rounds, 2) uint64, of a 128-bit key."""
    halves = (key & (2**64 - 1), key >> 64)
    keys = [
        [(half + r * step) % 2**64 for half, step in zip(halves, _WEYL, strict=True)]
        for r in range(_ROUNDS)
    ]
    return np.array(keys, dtype=np.uint64)


@compiled
def stream_of(round_keys: np.ndarray, number: int) -> Stream:
    """The stream of the segment with this number, at its beginning."""
    random = Stream(
        round_keys, np.zeros(_BLOCK_WORDS, dtype=np.uint64), np.zeros(3, dtype=np.int64)
    )
    start_stream(random, number)
    return random


@compiled
def start_stream(random: Stream, number: int) -> None:
    """Make it the stream of this segment, at its beginning."""
    random.place[0] = number
    random.place[1] = 0
    random.place[2] = _BLOCK_WORDS  # all words are used


@compiled
def sample_word(random: Stream) -> Any:
    """The next 64 bits."""
    if random.place[2] == _BLOCK_WORDS:
        random.place[1] += 1  # before the block is made: no stream uses counter 0
        random.place[2] = 0
        _make_block(random)
    word = random.words[random.place[2]]
    random.place[2] += 1
    return word


@compiled
def _make_block(random: Stream) -> None:
    a, b = np.uint64(random.place[1]), np.uint64(random.place[0])
    c, d = np.uint64(0), np.uint64(0)
    for r in range(_ROUNDS):
        high_a, low_a = wide_product(_MULTIPLIERS[0], a)
        high_c, low_c = wide_product(_MULTIPLIERS[1], c)
        a, b = high_c ^ b ^ random.round_keys[r, 0], low_c
        c, d = high_a ^ d ^ random.round_keys[r, 1], low_a
    random.words[0], random.words[1], random.words[2], random.words[3] = a, b, c, d


@compiled
def sample_double(random: Stream) -> float:
    """Uniform in [0, 1), in steps of 2^-53."""
    return (sample_word(random) >> _UNUSED_BITS) * _DOUBLE_STEP


@compiled
def sample_below(random: Stream, bound: int) -> int:
    """Uniform in 0 ... bound - 1: the chance of each is within 2^-64 of 1 / bound."""
    high, _ = wide_product(sample_word(random), bound)
    return np.int64(high)

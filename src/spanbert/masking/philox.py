"""A segment's stream of chance: the words of NumPy's Philox4x64-10, drawn inside compiled loops.

(key of the run's epoch, segment number) -> words, as `np.random.Philox(key=key, counter=number <<
64).random_raw()` gives them. The rounds are those of Salmon et al., "Parallel random numbers: as
easy as 1, 2, 3" (2011). `rng.py` makes keys, and generators where speed does not matter.
"""

from typing import Any

import numpy as np

from spanbert.compiled import compiled, inlined, wide_product

_ROUNDS, _BLOCK_WORDS = 10, 4
_MULTIPLIERS = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
_WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)  # added to the key's halves after each round
_UNUSED_BITS = np.uint64(11)  # a double has 53 bits
_DOUBLE_STEP = 2.0**-53
_ONE = np.uint64(1)


# What a stream's array, of uint64, holds: two keys a round, the segment's number, the blocks of
# words made so far, how many words of the last block are used, and that block
_NUMBER = 2 * _ROUNDS
_BLOCKS, _USED, _WORDS = _NUMBER + 1, _NUMBER + 2, _NUMBER + 3
_STREAM_SIZE = _WORDS + _BLOCK_WORDS

Stream = np.ndarray  # as above; drawing from a stream changes it


def stream_of(key: int) -> Stream:
    """A stream of this 128-bit key; `start_stream` says of which segment."""
    halves = (key & (2**64 - 1), key >> 64)
    random = np.zeros(_STREAM_SIZE, dtype=np.uint64)
    random[:_NUMBER] = [
        (half + r * step) % 2**64
        for r in range(_ROUNDS)
        for half, step in zip(halves, _WEYL, strict=True)
    ]
    start_stream(random, 0)
    return random


@compiled
def start_stream(random: Stream, number: int) -> None:
    """Make it the stream of the segment with this number, at its beginning."""
    random[_NUMBER] = number
    random[_BLOCKS] = 0
    random[_USED] = _BLOCK_WORDS


@inlined
def sample_word(random: Stream) -> Any:
    """The next 64 bits."""
    if random[_USED] == _BLOCK_WORDS:
        random[_BLOCKS] += _ONE  # before the block is made: no stream uses the counter 0
        random[_USED] = 0
        _make_block(random)
    word = random[_WORDS + np.int64(random[_USED])]
    random[_USED] += _ONE
    return word


@compiled
def _make_block(random: Stream) -> None:
    a, b = random[_BLOCKS], random[_NUMBER]
    c, d = np.uint64(0), np.uint64(0)
    for r in range(_ROUNDS):
        high_a, low_a = wide_product(_MULTIPLIERS[0], a)
        high_c, low_c = wide_product(_MULTIPLIERS[1], c)
        a, b = high_c ^ b ^ random[2 * r], low_c
        c, d = high_a ^ d ^ random[2 * r + 1], low_a
    random[_WORDS], random[_WORDS + 1], random[_WORDS + 2], random[_WORDS + 3] = a, b, c, d


@inlined
def sample_double(random: Stream) -> float:
    """Uniform in [0, 1), in steps of 2^-53."""
    return (sample_word(random) >> _UNUSED_BITS) * _DOUBLE_STEP


@inlined
def sample_below(random: Stream, bound: int) -> Any:
    """Uniform in 0 ... bound - 1: the chance of each is within 2^-64 of 1 / bound."""
    high, _ = wide_product(sample_word(random), bound)
    return np.int64(high)

"""Words and sentences as pieces -> where segments begin and end."""

import numpy as np

from spanbert.shapes import Int


def segment_bounds(
    word_bounds: Int[np.ndarray, " word_bounds"],
    sentence_bounds: Int[np.ndarray, " sentence_bounds"],
    room: int,
) -> Int[np.ndarray, " bounds"]:
    """The first piece of each segment, then the end of the last.

    Each is cut at the last sentence's end that fits, else at the last word's end.

    Args:
        word_bounds: first piece of each word, then the end; a word has at most `room` pieces.
        sentence_bounds: likewise of sentences, each of which begins with a word.
        room: pieces of a segment at most.
    """
    bounds, end = [0], int(word_bounds[-1])
    while bounds[-1] < end:
        latest = bounds[-1] + room
        cut = _last_up_to(sentence_bounds, latest)
        bounds.append(cut if cut > bounds[-1] else _last_up_to(word_bounds, latest))
    return np.array(bounds, dtype=np.int64)


def shifted_segments(
    word_bounds: Int[np.ndarray, " word_bounds"],
    bounds: Int[np.ndarray, " bounds"],
    room: int,
) -> Int[np.ndarray, "shifted 2"]:
    """Segments from the middle of each to the middle of the next, cut at words.

    They are one fewer: what stands before the first middle and after the last has no better context
    than it had, and a document of one segment gets none. A few pieces before a middle belong to
    none where the segment would be too long.
    """
    halves = (bounds[:-1] + bounds[1:] + 1) // 2
    middles = word_bounds[np.searchsorted(word_bounds, halves)]
    starts, ends = middles[:-1], middles[1:]
    longest = word_bounds[np.searchsorted(word_bounds, starts + room, side="right") - 1]
    return np.stack([starts, np.minimum(ends, longest)], axis=1)


def _last_up_to(bounds: Int[np.ndarray, " bounds"], most: int) -> int:
    return int(bounds[np.searchsorted(bounds, most, side="right") - 1])

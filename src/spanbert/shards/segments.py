"""Sentences -> segments: runs of whole sentences of one document (SpanBERT, section 3.3).

The sentence that does not fit starts the next segment, and a document's tail is a short segment. A
sentence longer than a segment is cut before a word where it can be; nothing is lost. `pairs.py`
makes segments of two parts.
"""

import numpy as np

from spanbert.shapes import Bool, Int


def segment_bounds(
    sentence_bounds: Int[np.ndarray, " bounds"],
    word_starts: Bool[np.ndarray, " seq"],
    max_pieces: int,
) -> Int[np.ndarray, "segments 2"]:
    """Half-open piece spans of a document's segments, in order, covering every piece.

    Args:
        sentence_bounds: 0, then where each sentence of the document ends.
        word_starts: True where a piece of the document begins a word.
        max_pieces: most pieces in one segment.
    """
    bounds: list[tuple[int, int]] = []
    start = end = 0
    for cut in cut_long_sentences(sentence_bounds, word_starts, max_pieces)[1:].tolist():
        if cut - start > max_pieces:
            bounds.append((start, end))
            start = end
        end = cut
    if end > start:
        bounds.append((start, end))
    return np.array(bounds, dtype=np.int64).reshape(-1, 2)


def cut_long_sentences(
    sentence_bounds: Int[np.ndarray, " bounds"],
    word_starts: Bool[np.ndarray, " seq"],
    max_pieces: int,
) -> Int[np.ndarray, " cut_bounds"]:
    """The bounds with more of them, so that no sentence is empty or longer than `max_pieces`."""
    lengths = np.diff(sentence_bounds)
    if len(lengths) and lengths.min() > 0 and lengths.max() <= max_pieces:  # as nearly always
        return sentence_bounds
    bounds = [0]
    for end in sentence_bounds[1:].tolist():
        while end - bounds[-1] > max_pieces:
            start, limit = bounds[-1], bounds[-1] + max_pieces
            before_words = np.flatnonzero(word_starts[start + 1 : limit + 1])
            bounds.append(start + 1 + int(before_words[-1]) if len(before_words) else limit)
        if end > bounds[-1]:
            bounds.append(end)
    return np.array(bounds, dtype=np.int64)

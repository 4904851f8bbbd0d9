"""Sentences -> segments: runs of whole sentences of one document (SpanBERT, section 3.3).

The sentence that does not fit starts the next segment, and a document's tail is a short segment. A
sentence longer than a segment is cut before a word where it can be; nothing is lost.
"""

from collections.abc import Sequence

import numpy as np

from spanbert.shapes import Bool, Int


def segment_bounds(
    sentence_lengths: Sequence[int], word_starts: Bool[np.ndarray, " seq"], max_pieces: int
) -> Int[np.ndarray, "segments 2"]:
    """Half-open piece spans of a document's segments, in order, covering every piece.

    Args:
        sentence_lengths: pieces of each sentence; they sum to the document's length.
        word_starts: True where a piece of the document begins a word.
        max_pieces: most pieces in one segment.
    """
    bounds: list[tuple[int, int]] = []
    start = end = 0
    for length in sentence_lengths:
        for cut in _cuts(end, end + length, word_starts, max_pieces):
            if cut - start > max_pieces:
                bounds.append((start, end))
                start = end
            end = cut
    if end > start:
        bounds.append((start, end))
    return np.array(bounds, dtype=np.int64).reshape(-1, 2)


def _cuts(
    start: int, end: int, word_starts: Bool[np.ndarray, " seq"], max_pieces: int
) -> list[int]:
    """Ends of the parts of one sentence, each at most `max_pieces` long; the last is `end`."""
    cuts = []
    while end - start > max_pieces:
        limit = start + max_pieces
        before_words = np.flatnonzero(word_starts[start + 1 : limit + 1])
        start = start + 1 + int(before_words[-1]) if len(before_words) else limit
        cuts.append(start)
    return [*cuts, end]

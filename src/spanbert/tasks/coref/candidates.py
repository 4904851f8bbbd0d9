"""Words and sentences -> the spans that may be mentions, and which of them are kept.

A candidate is a run of whole words within a sentence. Of candidates the best are kept, nested ones
too, but none that crosses a better one (Lee et al., 2018).
"""

import numpy as np

from spanbert.compiled import compiled
from spanbert.shapes import Float, Int


def candidate_spans(
    word_bounds: Int[np.ndarray, " bounds"],
    sentences: Int[np.ndarray, " words"],
    max_width: int,
) -> Int[np.ndarray, "candidates 2"]:
    """Half-open spans of words, ascending by start and then by end.

    **Differs** from the published code, where a span may begin and end within words, hold [CLS] and
    [SEP], and reach over a segment's end with the special tokens counted into its width. None of
    these can be a mention.

    Args:
        word_bounds: first piece of each word, then the end.
        sentences: number of each word's sentence, ascending.
        max_width: pieces of a span at most.
    """
    words = np.arange(len(sentences))
    last_in_width = np.searchsorted(word_bounds, word_bounds[:-1] + max_width, side="right") - 1
    last_in_sentence = np.searchsorted(sentences, sentences, side="right")
    counts = np.maximum(np.minimum(last_in_width, last_in_sentence) - words, 0)
    starts = np.repeat(words, counts)
    firsts = np.cumsum(counts) - counts  # (words) row of the first span of each
    ends = starts + 1 + np.arange(len(starts)) - np.repeat(firsts, counts)
    return np.stack([starts, ends], axis=1)


def num_kept(num_tokens: int, ratio: float, most: int) -> int:
    """How many spans are kept of a text; at least one.

    Args:
        num_tokens: its pieces, with [CLS] and [SEP] as in the published code, so that the paper's
            ratio keeps its meaning.
    """
    return max(1, min(most, int(ratio * num_tokens)))


def kept_spans(
    spans: Int[np.ndarray, "candidates 2"], scores: Float[np.ndarray, " candidates"], limit: int
) -> Int[np.ndarray, " kept"]:
    """Numbers of the spans that are kept, ascending.

    From the best score on, of equal ones the first; a span that crosses one that is kept is left
    out.

    Args:
        spans: half-open, in ascending order.
        limit: how many are kept at most.
    """
    order = np.argsort(-scores, kind="stable")
    places = spans[:, 1].max(initial=0) + 1
    return np.sort(_kept(spans, order, limit, places))


@compiled
def _kept(
    spans: Int[np.ndarray, "candidates 2"],
    order: Int[np.ndarray, " candidates"],
    limit: int,
    places: int,
) -> Int[np.ndarray, " kept"]:
    """Numbers of spans in the order in which they were taken.

    Of the spans that are kept, the widest from each start and to each end says whether another
    crosses one of them.
    """
    kept, size = np.empty(min(limit, len(order)), dtype=np.int64), 0
    latest_end = np.zeros(places, dtype=np.int64)  # by start
    earliest_start = np.full(places, places, dtype=np.int64)  # by end
    for number in order:
        if size == len(kept):
            break
        start, end = spans[number, 0], spans[number, 1]
        is_crossing = False
        for place in range(start + 1, end):
            if latest_end[place] > end or earliest_start[place] < start:
                is_crossing = True
                break
        if not is_crossing:
            kept[size] = number
            size += 1
            latest_end[start] = max(latest_end[start], end)
            earliest_start[end] = min(earliest_start[end], start)
    return kept[:size]

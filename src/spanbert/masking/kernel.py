"""A batch of segments -> what the model sees and must predict, in one compiled loop.

The mask of a segment is a function of the key and its number alone, whatever batch it is in: its
stream chooses the pieces of its first part, those of its second, then what replaces them, in order.
"""

from typing import NamedTuple

import numpy as np

from spanbert.compiled import compiled
from spanbert.masking.corruption import CorruptionRules, corrupt_spans
from spanbert.masking.philox import Stream, start_stream
from spanbert.masking.rows import MaskedRows, empty_rows
from spanbert.masking.schemes.table import mask_block
from spanbert.masking.spans import SchemeRules, find_runs, mask_budget
from spanbert.masking.targets import BoundaryRules, add_boundaries
from spanbert.shapes import Bool, Int
from spanbert.shards.gather import Segments


class Rules(NamedTuple):
    """All that a mask depends on besides the segment and the key."""

    scheme: SchemeRules
    corruption: CorruptionRules
    boundary: BoundaryRules
    cls_id: int
    sep_id: int


@compiled
def mask_segments(segments: Segments, rules: Rules, random: Stream) -> MaskedRows:
    """Frame every segment by [CLS] and [SEP] and mask it."""
    rows, first, token = _room_for(segments, rules.scheme.mask_rate), 0, 0
    is_masked = np.zeros(len(segments.ids), dtype=np.bool_)
    runs = np.empty((len(segments.ids) // 2 + 1, 2), dtype=np.int64)
    for index in range(len(segments.lengths)):
        start_stream(random, segments.numbers[index])
        split, end = segments.splits[index], first + segments.lengths[index]
        cut = first + split if split > 0 else end
        _choose(segments, index, first, first, cut, rules.scheme, random, is_masked)
        if split > 0:
            _choose(segments, index, first, cut, end, rules.scheme, random, is_masked)
        rows.corrupted[token] = rules.cls_id
        part = slice(first, cut)
        token = _lay(segments.ids[part], is_masked[part], token + 1, rules, random, runs, rows)
        if split > 0:
            part = slice(cut, end)
            rows.token_type_ids[token : token + end - cut + 1] = 1
            token = _lay(segments.ids[part], is_masked[part], token, rules, random, runs, rows)
        first = end
    return rows


@compiled
def _room_for(segments: Segments, mask_rate: float) -> MaskedRows:
    """Rows for as many tokens as there will be, and as many masked ones as the budgets allow."""
    num_tokens = num_masked = 0
    for index in range(len(segments.lengths)):
        length, split = segments.lengths[index], segments.splits[index]
        num_tokens += length + (3 if split > 0 else 2)
        num_masked += mask_budget(split, mask_rate) + mask_budget(length - split, mask_rate)
    return empty_rows(num_tokens, num_masked)


@compiled
def _choose(
    segments: Segments,
    index: int,
    first: int,
    start: int,
    end: int,
    rules: SchemeRules,
    random: Stream,
    is_masked: Bool[np.ndarray, " seq"],
) -> None:
    """Mask the pieces [start, end) of the segment whose first piece is `first`."""
    offsets = segments.span_offsets
    spans = segments.spans[offsets[index] : offsets[index + 1]]
    if len(spans) > 0:
        spans = _within(spans, start - first, end - first)
    mask_block(segments.word_starts[start:end], spans, rules, random, is_masked[start:end])


@compiled
def _within(spans: Int[np.ndarray, "spans 2"], start: int, end: int) -> Int[np.ndarray, "inside 2"]:
    """The spans that lie in [start, end) whole, counted from `start`; a copy."""
    inside, size = np.empty_like(spans), 0
    for row in range(len(spans)):
        if spans[row, 0] >= start and spans[row, 1] <= end:
            inside[size, 0], inside[size, 1] = spans[row, 0] - start, spans[row, 1] - start
            size += 1
    return inside[:size]


@compiled
def _lay(
    ids: Int[np.ndarray, " seq"],
    is_masked: Bool[np.ndarray, " seq"],
    token: int,
    rules: Rules,
    random: Stream,
    runs: Int[np.ndarray, "runs 2"],
    rows: MaskedRows,
) -> int:
    """Lay a part's pieces down from `token` on, a [SEP] after them; returns what comes next."""
    end = token + len(ids)
    rows.corrupted[token:end] = ids
    rows.corrupted[end] = rules.sep_id
    spans = runs[: find_runs(is_masked, token, runs)]
    add_boundaries(spans, token, end, rules.boundary, rows)
    corrupt_spans(spans, rules.corruption, random, rows)
    return end + 1

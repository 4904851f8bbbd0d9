"""A batch of segments -> what the model sees and must predict, in one compiled loop.

The mask of a segment is a function of the key and its number alone, whatever batch it is in: its
stream chooses the pieces of its first part, those of its second, then what replaces them, in order.
"""

from typing import NamedTuple

import numpy as np

from spanbert.compiled import compiled
from spanbert.masking.corruption import CorruptionRules, corrupt_span
from spanbert.masking.philox import Stream, start_stream, stream_of
from spanbert.masking.rows import MaskedRows, empty_rows
from spanbert.masking.schemes.table import mask_block
from spanbert.masking.spans import SchemeRules, mask_budget, next_run
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
def mask_segments(segments: Segments, rules: Rules, round_keys: np.ndarray) -> MaskedRows:
    """Frame every segment by [CLS] and [SEP] and mask it."""
    rows = _room_for(segments, rules.scheme.mask_rate)
    random, is_masked = stream_of(round_keys, 0), np.zeros(len(segments.ids), dtype=np.bool_)
    piece = token = 0  # the segment's first
    for index in range(len(segments.lengths)):
        start_stream(random, segments.numbers[index])
        num_parts = 2 if segments.splits[index] > 0 else 1
        for part in range(num_parts):
            start, end = _part(segments, index, piece, part)
            _choose(segments, index, piece, start, end, rules.scheme, random, is_masked)
        rows.ids[token] = rows.corrupted[token] = rules.cls_id
        token += 1
        for part in range(num_parts):
            start, end = _part(segments, index, piece, part)
            _frame(segments.ids[start:end], token, part, rules.sep_id, rows)
            _corrupt(is_masked[start:end], token, rules, random, rows)
            token += end - start + 1
        piece += segments.lengths[index]
    return rows


@compiled
def _room_for(segments: Segments, mask_rate: float) -> MaskedRows:
    """Rows for as many tokens as there will be, and as many masked ones as the budgets allow."""
    num_tokens = num_masked = 0
    for length, split in zip(segments.lengths, segments.splits):  # noqa: B905  # numba has no strict
        num_tokens += length + (3 if split > 0 else 2)
        num_masked += mask_budget(split, mask_rate) + mask_budget(length - split, mask_rate)
    return empty_rows(num_tokens, num_masked)


@compiled
def _part(segments: Segments, index: int, first: int, part: int) -> tuple[int, int]:
    """Where the pieces of a part stand, half-open, in those of all segments.

    Args:
        first: the segment's first piece.
    """
    split, end = segments.splits[index], first + segments.lengths[index]
    cut = first + split if split > 0 else end
    return (first, cut) if part == 0 else (cut, end)


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
    annotated = _within(spans, start - first, end - first)
    mask_block(segments.word_starts[start:end], annotated, rules, random, is_masked[start:end])


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
def _frame(
    ids: Int[np.ndarray, " seq"], token: int, part: int, sep_id: int, rows: MaskedRows
) -> None:
    """Lay a part's pieces down from `token` on, and a [SEP] after them."""
    end = token + len(ids)
    rows.ids[token:end] = ids
    rows.corrupted[token:end] = ids
    rows.ids[end] = rows.corrupted[end] = sep_id
    if part > 0:
        rows.token_type_ids[token : end + 1] = part


@compiled
def _corrupt(
    is_masked: Bool[np.ndarray, " seq"], token: int, rules: Rules, random: Stream, rows: MaskedRows
) -> None:
    """Add the rows of a part whose first piece stands at `token`."""
    size = len(is_masked)
    start, stop = next_run(is_masked, 0, size)
    while start < size:
        corrupt_span(token + start, token + stop, rules.corruption, random, rows)
        add_boundaries(token + start, token + stop, token, token + size, rules.boundary, rows)
        start, stop = next_run(is_masked, stop, size)

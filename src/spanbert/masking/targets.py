"""What is to be predicted: masked tokens, and the boundary rows of the SBO (SpanBERT, section 3.2).

spans -> one row per masked token. Positions count tokens of the framed segment, so [CLS] is 0; in a
batch they count those of all its segments.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spanbert.compiled import compiled
from spanbert.masking.rows import MaskedRows, empty_rows
from spanbert.objectives.config import ObjectiveConfig
from spanbert.shapes import Int


@dataclass(frozen=True, slots=True)
class BoundaryTargets:
    """One row per masked token that has a boundary target, in sequence order."""

    position: Int[np.ndarray, " rows"]  # of the masked token
    left: Int[np.ndarray, " rows"]  # of the token before its span (internal: of its first)
    right: Int[np.ndarray, " rows"]  # of the token after it (internal: of its last)
    offset: Int[np.ndarray, " rows"]  # in the span, 0 at its start (the paper counts from 1)


class BoundaryRules(NamedTuple):
    """Which tokens have a boundary target, as compiled functions take it."""

    max_pieces: int  # of a span, from its start; 0: there is no such objective
    is_external: bool
    at_edges: bool


def boundary_rules(config: ObjectiveConfig) -> BoundaryRules:
    """The settings as compiled functions take them."""
    return BoundaryRules(
        max_pieces=config.max_sbo_pieces if config.has_sbo else 0,
        is_external=config.sbo_boundary == "external",
        at_edges=config.sbo_at_edges,
    )


def masked_positions(spans: Int[np.ndarray, "spans 2"]) -> Int[np.ndarray, " masked"]:
    """Every masked token, in order."""
    lengths = spans[:, 1] - spans[:, 0]
    first_row = np.cumsum(lengths) - lengths  # of each span
    return np.arange(lengths.sum()) + np.repeat(spans[:, 0] - first_row, lengths)


def boundary_targets(
    spans: Int[np.ndarray, "spans 2"], block: tuple[int, int], config: ObjectiveConfig
) -> BoundaryTargets:
    """Frame every masked token of a block by the tokens that bound its span.

    Args:
        spans: half-open, in order, at least one visible token apart.
        block: half-open; special tokens stand before and after it.
    """
    rows = empty_rows(block[1] + 1, int((spans[:, 1] - spans[:, 0]).sum()))
    add_boundaries(spans, *block, boundary_rules(config), rows)
    kept = slice(rows.counts[1])
    columns = (rows.sbo_rows, rows.sbo_left, rows.sbo_right, rows.sbo_offset)
    return BoundaryTargets(*(column[kept] for column in columns))


@compiled
def add_boundaries(
    spans: Int[np.ndarray, "spans 2"], first: int, stop: int, rules: BoundaryRules, rows: MaskedRows
) -> None:
    """Add the boundary rows of the spans of the block [first, stop).

    With external boundaries a span that touches the block's first or last token has no row,
    although a special token stands there, unless `at_edges` says otherwise. Of a span longer than
    `max_pieces` only the first tokens have one. Both as in the published code. Nothing of these
    spans may be replaced before.
    """
    sbo_rows, sbo_left, sbo_right = rows.sbo_rows, rows.sbo_left, rows.sbo_right
    sbo_offset, sbo_targets, row = rows.sbo_offset, rows.sbo_targets, rows.counts[1]
    for span in range(len(spans)):
        start, end = spans[span, 0], spans[span, 1]
        if rules.is_external and not rules.at_edges and (start == first or end == stop):
            continue
        left, right = (start - 1, end) if rules.is_external else (start, end - 1)
        for offset in range(min(end - start, rules.max_pieces)):
            sbo_rows[row], sbo_offset[row] = start + offset, offset
            sbo_left[row], sbo_right[row] = left, right
            sbo_targets[row] = rows.corrupted[start + offset]
            row += 1
    rows.counts[1] = row

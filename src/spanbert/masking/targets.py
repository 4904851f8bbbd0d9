"""What is to be predicted: masked pieces, and the boundary rows of the SBO (SpanBERT, section 3.2).

spans -> one row per masked piece. Positions count pieces of the segment, before [CLS] is put in
front; `training/batches.py` shifts them.
"""

from dataclasses import dataclass

import numpy as np

from spanbert.shapes import Int


@dataclass(frozen=True, slots=True)
class BoundaryTargets:
    """One row per masked piece that has a boundary target, in sequence order."""

    position: Int[np.ndarray, " rows"]  # of the masked piece
    left: Int[np.ndarray, " rows"]  # of the visible piece before its span
    right: Int[np.ndarray, " rows"]  # of the visible piece after it
    offset: Int[np.ndarray, " rows"]  # in the span, 0 at its start (the paper counts from 1)


def masked_positions(spans: Int[np.ndarray, "spans 2"]) -> Int[np.ndarray, " masked"]:
    """Every masked piece, in order."""
    owner, offset = _rows(spans)
    return spans[owner, 0] + offset


def boundary_targets(
    spans: Int[np.ndarray, "spans 2"], num_pieces: int, max_pieces: int
) -> BoundaryTargets:
    """Frame every masked piece by the visible neighbours of its span.

    A span that touches the segment's first or last piece has no row, although [CLS] or [SEP]
    stands there; of a longer span only the first `max_pieces` pieces have one. Both as in the
    published code.

    Args:
        spans: half-open, in order, at least one visible piece apart.
    """
    inner = spans[(spans[:, 0] > 0) & (spans[:, 1] < num_pieces)]
    owner, offset = _rows(inner)
    kept = offset < max_pieces
    owner, offset = owner[kept], offset[kept]
    start, end = inner[owner, 0], inner[owner, 1]
    return BoundaryTargets(start + offset, start - 1, end, offset)


def _rows(spans: Int[np.ndarray, "spans 2"]) -> tuple[np.ndarray, np.ndarray]:
    """For each masked piece: the number of its span, and its place in it."""
    lengths = spans[:, 1] - spans[:, 0]
    owner = np.repeat(np.arange(len(spans)), lengths)
    first_row = np.cumsum(lengths) - lengths  # of each span
    return owner, np.arange(lengths.sum()) - first_row[owner]

"""What is to be predicted: masked tokens, and the boundary rows of the SBO (SpanBERT, section 3.2).

spans -> one row per masked token. Positions count tokens of the framed segment, so [CLS] is 0.
"""

from dataclasses import dataclass

import numpy as np

from spanbert.objectives.config import ObjectiveConfig
from spanbert.shapes import Int


@dataclass(frozen=True, slots=True)
class BoundaryTargets:
    """One row per masked token that has a boundary target, in sequence order."""

    position: Int[np.ndarray, " rows"]  # of the masked token
    left: Int[np.ndarray, " rows"]  # of the token before its span (internal: of its first)
    right: Int[np.ndarray, " rows"]  # of the token after it (internal: of its last)
    offset: Int[np.ndarray, " rows"]  # in the span, 0 at its start (the paper counts from 1)


def masked_positions(spans: Int[np.ndarray, "spans 2"]) -> Int[np.ndarray, " masked"]:
    """Every masked token, in order."""
    owner, offset = _rows(spans)
    return spans[owner, 0] + offset


def boundary_targets(
    spans: Int[np.ndarray, "spans 2"], block: tuple[int, int], config: ObjectiveConfig
) -> BoundaryTargets:
    """Frame every masked token of a block by the tokens that bound its span.

    With external boundaries a span that touches the block's first or last token has no row,
    although a special token stands there, unless `sbo_at_edges` says otherwise. Of a span longer
    than `max_sbo_pieces` only the first tokens have one. Both as in the published code.

    Args:
        spans: half-open, in order, at least one visible token apart.
        block: half-open; special tokens stand before and after it.
    """
    is_external = config.sbo_boundary == "external"
    if is_external and not config.sbo_at_edges:
        spans = spans[(spans[:, 0] > block[0]) & (spans[:, 1] < block[1])]
    owner, offset = _rows(spans)
    kept = offset < config.max_sbo_pieces
    owner, offset = owner[kept], offset[kept]
    start, end = spans[owner, 0], spans[owner, 1]
    left, right = (start - 1, end) if is_external else (start, end - 1)
    return BoundaryTargets(start + offset, left, right, offset)


def joined(parts: list[BoundaryTargets]) -> BoundaryTargets:
    """The rows of all parts, in order."""
    columns = ("position", "left", "right", "offset")
    return BoundaryTargets(*(np.concatenate([getattr(p, c) for p in parts]) for c in columns))


def _rows(spans: Int[np.ndarray, "spans 2"]) -> tuple[np.ndarray, np.ndarray]:
    """For each masked token: the number of its span, and its place in it."""
    lengths = spans[:, 1] - spans[:, 0]
    owner = np.repeat(np.arange(len(spans)), lengths)
    first_row = np.cumsum(lengths) - lengths  # of each span
    return owner, np.arange(lengths.sum()) - first_row[owner]

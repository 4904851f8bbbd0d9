"""Masking as the specification tells it, one step at a time: slow and obvious.

The oracle takes the same random numbers in the same order as
`masking/schemes/geometric_spans.py`, so spans are equal and not only alike.
"""

import math


def spans_of(word_starts, lengths_and_anchors, mask_rate):
    """Spans of a segment, from an endless iterator of (length in words, anchor piece)."""
    size = len(word_starts)
    budget = math.ceil(mask_rate * size)
    masked = set()
    while len(masked) < budget:
        length, position = next(lengths_and_anchors)
        if position in masked:
            continue  # discards the length too
        while not word_starts[position]:
            position -= 1
        words = 0
        while position < size and len(masked) < budget:
            words += bool(word_starts[position])
            if words > length:
                break
            masked.add(position)
            position += 1
    return merged(masked)


def merged(masked):
    """Half-open runs of positions, overlapping or touching ones as one."""
    spans = []
    for position in sorted(masked):
        if spans and spans[-1][1] == position:
            spans[-1][1] = position + 1
        else:
            spans.append([position, position + 1])
    return spans


def boundary_rows(spans, block, max_pieces, boundary="external", at_edges=False):
    """(position, left, right, offset) of each masked token that has a boundary target."""
    rows = []
    for start, end in spans:
        touches_edge = start == block[0] or end == block[1]
        if boundary == "external" and touches_edge and not at_edges:
            continue
        frame = (start - 1, end) if boundary == "external" else (start, end - 1)
        for position in range(start, min(end, start + max_pieces)):
            rows.append((position, *frame, position - start))
    return rows

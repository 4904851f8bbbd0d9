"""Masking as the specification tells it, one step at a time: slow and obvious.

The oracle takes the same random numbers in the same order as `masking/kernel.py`, but from NumPy's
own Philox, so that masks are equal and not only alike.
"""

import math

import numpy as np

from spanbert.rng import stream_key


class Chance:
    """The stream of one segment."""

    def __init__(self, key, number):
        self._philox = np.random.Philox(key=key, counter=[0, number, 0, 0])

    def word(self):
        return int(self._philox.random_raw())

    def double(self):
        return (self.word() >> 11) / 2**53

    def below(self, bound):
        return (self.word() * bound) >> 64


def masked_pieces(word_starts, annotated, config, chance):
    """The set of masked pieces of one block."""
    size = len(word_starts)
    budget, masked = math.ceil(config.mask_rate * size), set()
    word_of = [sum(word_starts[1 : piece + 1]) for piece in range(size)]

    def take(pieces):
        for piece in pieces:
            if len(masked) < budget:
                masked.add(piece)

    def take_words(anchor, number):
        words = range(word_of[anchor], word_of[anchor] + number)
        take(piece for piece in range(size) if word_of[piece] in words)

    def take_random_word():
        anchor = chance.below(size)
        while anchor in masked:
            anchor = chance.below(size)
        take_words(anchor, 1)

    if config.scheme == "subword-tokens":
        for last in range(size - budget, size):
            piece = chance.below(last + 1)
            masked.add(last if piece in masked else piece)
    waiting = [tuple(span) for span in annotated]
    while len(masked) < budget:
        if config.scheme == "geometric-spans":
            length, anchor = span_length(config, chance.double()), chance.below(size)
            if anchor not in masked:
                take_words(anchor, length)
        elif config.annotation and waiting and chance.double() < config.annotated_fraction:
            drawn = chance.below(len(waiting))
            waiting[drawn], waiting[-1] = waiting[-1], waiting[drawn]
            take(range(*waiting.pop()))
        else:
            take_random_word()
    return masked


def span_length(config, drawn):
    """The first length that the law reaches `drawn` with."""
    weights = [(1 - config.geometric_p) ** n for n in range(config.max_span_words)]
    reached = 0.0
    for length, weight in enumerate(weights[:-1], start=1):
        reached += weight / sum(weights)
        if drawn < reached:
            return length
    return config.max_span_words


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


def masked_segment(segment, masking, objective, specials, corpus, seed, epoch):
    """What a segment becomes, as lists; positions count its tokens.

    Args:
        segment: a `Segment`; its spans are those of the scheme's annotation.
        specials: ids of [CLS], [SEP] and [MASK].
        corpus: all pieces of all segments, in order.
    """
    cls_id, sep_id, mask_id = specials
    chance = Chance(stream_key(seed, "mask", epoch), segment.number)
    ids, words = segment.ids.tolist(), segment.word_starts.tolist()
    cut = segment.split or len(ids)
    spans = getattr(segment, masking.annotation).tolist() if masking.annotation else []
    framed, types, blocks, masked = [cls_id], [0], [], []
    for part, (start, end) in enumerate([(0, cut), (cut, len(ids))][: 2 if segment.split else 1]):
        inside = [(a - start, b - start) for a, b in spans if start <= a and b <= end]
        pieces = masked_pieces(words[start:end], inside, masking, chance)
        blocks.append((len(framed), len(framed) + end - start))
        masked.append(merged({len(framed) + piece for piece in pieces}))
        framed += [*ids[start:end], sep_id]
        types += [part] * (end - start + 1)
    corrupted, kinds = list(framed), []
    for start, end in [span for part in masked for span in part]:
        for position in range(start, end):
            if masking.replacement == "token" or position == start:
                drawn = chance.double()
                kind = 0 if drawn < 0.8 else 1 if drawn < 0.9 else 2
            kinds.append(kind)
            if kind == 0:
                corrupted[position] = mask_id
            if kind == 1:
                corrupted[position] = corpus[chance.below(len(corpus))]
    rule = (objective.max_sbo_pieces, objective.sbo_boundary, objective.sbo_at_edges)
    sbo = [boundary_rows(p, b, *rule) for p, b in zip(masked, blocks, strict=True)]
    return {
        "ids": framed,
        "corrupted": corrupted,
        "types": types,
        "blocks": blocks,
        "spans": [span for part in masked for span in part],
        "masked": [i for part in masked for span in part for i in range(*span)],
        "kinds": kinds,
        "sbo": [row for part in sbo for row in part] if objective.has_sbo else [],
    }

"""Segments made by hand, end to end, as the reader of shards gives them."""

import numpy as np

from spanbert.shards.gather import Segments
from spanbert.shards.pieces import NO_SPANS


def segments_of(segments, annotation=""):
    """The flat arrays of some `Segment`s, with the spans of one annotation."""
    spans = [getattr(s, annotation) if annotation else NO_SPANS for s in segments]
    return Segments(
        numbers=np.array([s.number for s in segments], dtype=np.int64),
        ids=np.concatenate([s.ids for s in segments]),
        lengths=np.array([len(s.ids) for s in segments]),
        word_starts=np.concatenate([s.word_starts for s in segments]),
        splits=np.array([s.split for s in segments]),
        random_next=np.array([int(s.is_random_next) for s in segments]),
        spans=np.concatenate(spans),
        span_offsets=np.cumsum([0] + [len(s) for s in spans]),
    )

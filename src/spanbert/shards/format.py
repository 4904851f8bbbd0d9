"""The layout of shards on disk.

An artifact of kind "shards" holds, for each shard number NNNNN (one for each file of documents that
has a piece; earlier versions cut them elsewhere):

    NNNNN.tokens    piece ids of all segments end to end, little-endian, of the type named below
    NNNNN.words     one bit a piece, most significant first: 1 where the piece begins a word
    NNNNN.offsets   (segments + 1) int64: where each segment begins in the pieces, then their number
    NNNNN.documents (segments) int64: number of the document that each segment is from

and, where segments are pairs,

    NNNNN.splits      (segments) int32: pieces of each segment's first part
    NNNNN.random_next (segments) uint8: 1 where the second part is from another document

and, where they are annotated, the same two files for "noun_phrases" as for

    NNNNN.entities        (spans, 2) int32: half-open, in pieces from their segment's first
    NNNNN.entities_offsets (segments + 1) int64: where each segment's spans begin, then their number

The manifest's counts say how many of each there are, `pairs`, `annotator` ("" for none), and
`token_type`: uint16 when the vocabulary allows, else uint32. Segments are stored without [CLS] and
[SEP].
"""

import numpy as np

KIND = "shards"
VERSION = 1


def token_type(vocab_size: int) -> np.dtype:
    """The smallest type that holds every id."""
    return np.dtype("<u2") if vocab_size <= 1 << 16 else np.dtype("<u4")


def file_name(shard: int, array: str) -> str:
    """Name of one array's file, for example 00003.tokens."""
    return f"{shard:05d}.{array}"

"""A masked segment -> its words as a reader sees them, each with what happened to it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spanbert.inspection.terminal import printable
from spanbert.masking.batch import MaskedSegment
from spanbert.masking.corruption import Replacement
from spanbert.tokenizer.joining import text_after
from spanbert.tokenizer.subword import SubwordTokenizer


@dataclass(frozen=True, slots=True)
class Word:
    """The pieces of a word that share a fate: mostly the whole word. Its texts are printable."""

    seen: str  # what the model is given
    original: str
    kind: str  # special, visible; or masked and replaced: mask, random, kept
    is_boundary: bool  # it is a boundary of the span boundary objective
    is_glued: bool  # no space stands before it

    @property
    def is_masked(self) -> bool:
        """Whether it is to be predicted."""
        return self.kind not in ("special", "visible")


def words_of(segment: MaskedSegment, tokenizer: SubwordTokenizer) -> list[Word]:
    """All words of a framed segment, [CLS] and [SEP] included, in order."""
    kinds = _kinds(segment)
    boundaries = np.union1d(segment.boundary.left, segment.boundary.right)
    is_boundary = np.isin(np.arange(len(kinds)), boundaries)
    begins = segment.word_starts.copy()
    begins[0] = True
    begins[1:] |= (kinds[1:] != kinds[:-1]) | (is_boundary[1:] != is_boundary[:-1])
    edges = [*np.flatnonzero(begins).tolist(), len(kinds)]
    return [
        _word(segment, slice(start, end), str(kinds[start]), bool(is_boundary[start]), tokenizer)
        for start, end in pairwise(edges)
    ]


def _kinds(segment: MaskedSegment) -> np.ndarray:
    """(seq) the kind of each token."""
    kinds = np.full(len(segment.ids), "special", dtype=object)
    for first, end in segment.blocks:
        kinds[first:end] = "visible"
    kinds[segment.masked] = [Replacement(r).name.lower() for r in segment.replacements]
    return kinds


def _word(
    segment: MaskedSegment, place: slice, kind: str, is_boundary: bool, tokenizer: SubwordTokenizer
) -> Word:
    ids, corrupted = segment.ids[place].tolist(), segment.corrupted[place].tolist()
    if kind == "special":
        name = printable(tokenizer.decode(ids))
        return Word(name, name, kind, is_boundary, is_glued=False)
    left = int(segment.ids[place.start - 1])
    text = text_after(tokenizer, left, ids)
    if kind == "mask":
        seen = tokenizer.token(tokenizer.mask_id) * len(ids)
    else:
        seen = text_after(tokenizer, left, corrupted).strip()
    follows_special = any(place.start == first for first, _ in segment.blocks)
    is_glued = not text[:1].isspace() and not follows_special
    return Word(printable(seen), printable(text.strip()), kind, is_boundary, is_glued)

"""Text with [MASK]s -> what the model reads, and guesses -> the text with them in place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanbert.errors import DataError
from spanbert.masking.spans import masked_runs
from spanbert.shapes import Int
from spanbert.tokenizer.joining import text_after
from spanbert.tokenizer.subword import MASK, SubwordTokenizer


@dataclass(frozen=True)
class MarkedText:
    """A text and its pieces, framed by [CLS] and [SEP]."""

    text: str
    markers: list[tuple[int, int]]  # character offsets of each [MASK] in the text, in order
    ids: list[int]
    spans: Int[np.ndarray, "spans 2"]  # runs of adjacent masks in `ids`, half-open

    @property
    def block(self) -> tuple[int, int]:
        """Where the text stands in `ids`: all but the special tokens around it."""
        return 1, len(self.ids) - 1

    def marker_runs(self) -> list[list[tuple[int, int]]]:
        """The markers of each span."""
        ends = np.cumsum(self.spans[:, 1] - self.spans[:, 0]).tolist()
        starts = [0, *ends[:-1]]
        return [self.markers[a:b] for a, b in zip(starts, ends, strict=True)]


def read_marked_text(text: str, tokenizer: SubwordTokenizer, max_positions: int) -> MarkedText:
    """Find the markers and cut what stands between them into pieces.

    Raises:
        DataError: there is no marker, or the text is longer than the model's positions.
    """
    markers = [match.span() for match in _marker_pattern(tokenizer).finditer(text)]
    if not markers:
        raise DataError(f"no {MASK} in the text", remedy=f"pass a text like: The sun is {MASK}.")
    edges = [0, *(place for marker in markers for place in marker), len(text)]
    between = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    # A mask stands for its word with the space before it, which some vocabularies write into pieces
    parts = tokenizer.encode_batch([*(part.rstrip() for part in between[:-1]), between[-1]])
    ids = [tokenizer.cls_id, *parts[0].ids.tolist()]
    for part in parts[1:]:
        ids += [tokenizer.mask_id, *part.ids.tolist()]
    ids.append(tokenizer.sep_id)
    if len(ids) > max_positions:
        raise DataError(
            f"{len(ids)} pieces with the special tokens, but the model has {max_positions}"
            " positions",
            remedy="pass a shorter text",
        )
    return MarkedText(text, markers, ids, masked_runs(np.array(ids) == tokenizer.mask_id))


def span_texts(
    marked: MarkedText, guesses: Sequence[int], tokenizer: SubwordTokenizer
) -> list[str]:
    """What each span reads as with a guess for each mask; it begins with a space, or goes on."""
    ids = np.array(marked.ids)
    ids[ids == tokenizer.mask_id] = guesses
    spans = marked.spans.tolist()
    return [text_after(tokenizer, int(ids[a - 1]), ids[a:b].tolist()) for a, b in spans]


def filled_text(marked: MarkedText, texts: Sequence[str]) -> str:
    """The text with each span in place of its markers.

    The writer's space before a span stays, unless the span goes on with the word before it.

    Args:
        texts: as `span_texts` gives them.
    """
    filled, done = "", 0
    for run, text in zip(marked.marker_runs(), texts, strict=True):
        before = marked.text[done : run[0][0]]
        filled += before + text.lstrip() if text[:1].isspace() else before.rstrip() + text
        done = run[-1][1]
    return filled + marked.text[done:]


def _marker_pattern(tokenizer: SubwordTokenizer) -> re.Pattern[str]:
    """What a user may write for a mask: [MASK], and what the vocabulary calls it."""
    return re.compile(f"{re.escape(MASK)}|{re.escape(tokenizer.mask_token)}")

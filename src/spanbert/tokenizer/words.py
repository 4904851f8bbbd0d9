"""Which tokens make one word (SpanBERT, section 3.1: spans are of complete words).

The tokenizer itself says which of its pre-tokens a piece came from, so the rule holds for any
model, and no marker such as "##" is looked at:

- WordPiece with BERT's rules: runs between spaces, and each punctuation mark is a word of its own.
- Byte-level BPE: GPT-2's pattern; runs of letters, of digits, or of other signs, each with the
  space before it; "'s" and its like are words. A combining mark after a letter is another sign, and
  spaces beyond the first are a word without letters.
- Unigram over Metaspace: runs between spaces, with their punctuation.

A character of which several pieces are made, be it from its bytes or from what it is normalised to,
is never split between words. A tokenizer that does not cut text into pre-tokens at all has words by
whitespace: a piece begins one where it begins with whitespace, or stands after whitespace that is
in no piece.
"""

from collections.abc import Sequence

import numpy as np
from tokenizers import Encoding, Tokenizer

from spanbert.shapes import Bool, Int

# Unicode's White_Space by code point; the last entry, False, stands for all that follow
_LAST_SPACE = 0x3000
_SPACES = np.array([chr(i).isspace() and not 28 <= i <= 31 for i in range(_LAST_SPACE + 2)])


def splits_words(backend: Tokenizer) -> bool:
    """Whether the tokenizer's pre-tokens tell words apart."""
    return len(set(_two_words(backend).word_ids)) > 1


def keeps_spaces(backend: Tokenizer) -> bool:
    """Whether the characters of a piece include the space before its word."""
    return any(start == len("a") for start, _ in _two_words(backend).offsets)


def _two_words(backend: Tokenizer) -> Encoding:
    return backend.encode("a a", add_special_tokens=False)


def whitespace_in(text: str) -> Bool[np.ndarray, " characters"]:
    """True at each character that is whitespace."""
    code_points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    return _SPACES[np.minimum(code_points, _LAST_SPACE + 1)]


def after_whitespace(
    is_space: Bool[np.ndarray, " characters"],
    starts: Int[np.ndarray, " seq"],
    ends: Int[np.ndarray, " seq"],
) -> Int[np.ndarray, " seq"]:
    """Where each piece begins without the whitespace before it; its end, if it is nothing else."""
    visible = np.flatnonzero(~np.append(is_space, False))
    return np.minimum(visible[np.searchsorted(visible, starts)], ends)


def word_starts(
    word_ids: Sequence[int | None],
    starts: Int[np.ndarray, " seq"],
    ends: Int[np.ndarray, " seq"],
) -> Bool[np.ndarray, " seq"]:
    """True where a piece begins a word, from the pre-token number and the characters of each."""
    numbers = np.array([-1 if i is None else i for i in word_ids], dtype=np.int64)
    begins = np.ones(len(numbers), dtype=bool)
    begins[1:] = (numbers[1:] != numbers[:-1]) & _begins_character(starts, ends)
    return begins


def word_starts_by_whitespace(
    is_space: Bool[np.ndarray, " characters"],
    starts: Int[np.ndarray, " seq"],
    ends: Int[np.ndarray, " seq"],
) -> Bool[np.ndarray, " seq"]:
    """True where a piece begins a word, for a tokenizer without pre-tokens."""
    padded = np.append(is_space, False)  # a piece may be empty and stand at the text's end
    later = starts[1:]
    skipped = padded[later - 1] & (ends[:-1] < later)
    begins = np.ones(len(starts), dtype=bool)
    begins[1:] = (padded[later] | skipped) & _begins_character(starts, ends)
    return begins


def _begins_character(
    starts: Int[np.ndarray, " seq"], ends: Int[np.ndarray, " seq"]
) -> Bool[np.ndarray, " later"]:
    """Whether each piece but the first begins where no earlier piece's character goes on."""
    return starts[1:] >= ends[:-1]

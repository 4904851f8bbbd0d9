"""A clean document -> why it is dropped, if it is.

These rules look at one text alone; duplicates are found elsewhere, over all of them.
"""

import functools
import sys
import unicodedata

import numpy as np

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.language import LanguageFilter
from spanbert.shapes import Int, Shaped

# kinds of characters
_OTHER, _SPACE, _LETTER, _DIGIT = range(4)


def drop_reason(
    text: str, config: CorpusConfig, languages: LanguageFilter | None, part: int = 0
) -> str:
    """The first rule that a text breaks, or "" where it may be kept.

    In this order: `empty`; `too_short`, `too_long` (fewer or more characters than the settings
    allow); `few_letters`, `many_digits` (as a fraction of the characters that are not white space;
    accents and vowel signs count as letters); `other_language`.

    A document that comes in parts, having more than 2**20 characters, is judged part by part, with
    two exceptions: parts after the first are never too short, and too long as soon as there is a
    limit, which is below the length of a first part.

    Args:
        text: as `clean` gives it.
        languages: those of `config.languages`, or None where there are none.
        part: of a long document, as in `Record`.
    """
    if not text:
        return "empty"
    if part == 0 and len(text) < config.min_characters:
        return "too_short"
    if config.max_characters and (part > 0 or len(text) > config.max_characters):
        return "too_long"
    if config.min_letter_fraction > 0 or config.max_digit_fraction < 1:
        counts = _counts(text)
        visible = counts.sum() - counts[_SPACE]
        if counts[_LETTER] < config.min_letter_fraction * visible:
            return "few_letters"
        if counts[_DIGIT] > config.max_digit_fraction * visible:
            return "many_digits"
    if languages is not None and not languages.accepts(text):
        return "other_language"
    return ""


def _counts(text: str) -> Int[np.ndarray, " kinds"]:
    """How many characters of each kind there are."""
    code_points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    return np.bincount(_kinds()[code_points], minlength=4)


@functools.cache
def _kinds() -> Shaped[np.ndarray, " code_points"]:
    """The kind of every character that there may be."""
    characters = list(map(chr, range(sys.maxunicode + 1)))
    categories = np.array(list(map(unicodedata.category, characters)))
    kinds = np.full(len(characters), _OTHER, dtype=np.uint8)
    kinds[np.char.startswith(categories, "L") | np.char.startswith(categories, "M")] = _LETTER
    kinds[categories == "Nd"] = _DIGIT
    kinds[list(map(str.isspace, characters))] = _SPACE
    return kinds

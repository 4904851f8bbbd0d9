"""Single whole words (SpanBERT, section 6.1): all pieces of a word, or none."""

import numpy as np

from spanbert.compiled import compiled, inlined
from spanbert.masking.philox import Stream, sample_below
from spanbert.masking.spans import SchemeRules, mask_budget, mask_pieces, words_at
from spanbert.shapes import Bool, Int


@compiled
def mask_whole_words(
    word_starts: Bool[np.ndarray, " seq"],
    annotated: Int[np.ndarray, "spans 2"],
    rules: SchemeRules,
    random: Stream,
    is_masked: Bool[np.ndarray, " seq"],
) -> None:
    """Mask words until exactly the budget is masked; the last one may be cut by it."""
    left = mask_budget(len(is_masked), rules.mask_rate)
    while left > 0:
        left = mask_random_word(word_starts, random, is_masked, left)


@inlined
def mask_random_word(
    word_starts: Bool[np.ndarray, " seq"],
    random: Stream,
    is_masked: Bool[np.ndarray, " seq"],
    left: int,
) -> int:
    """Mask the word of a visible piece, each piece being as likely, as in the published code.

    Masked pieces are drawn and rejected. Returns how many are left to mask.
    """
    anchor = sample_below(random, len(is_masked))
    while is_masked[anchor]:
        anchor = sample_below(random, len(is_masked))
    start, end = words_at(word_starts, anchor, 1)
    return mask_pieces(is_masked, start, end, left)

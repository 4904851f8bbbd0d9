"""Single pieces, as BERT masks them (SpanBERT, section 6.1)."""

import numpy as np

from spanbert.compiled import compiled
from spanbert.masking.philox import Stream, sample_below
from spanbert.masking.spans import SchemeRules, mask_budget
from spanbert.shapes import Bool, Int


@compiled
def mask_subword_tokens(
    word_starts: Bool[np.ndarray, " seq"],
    annotated: Int[np.ndarray, "spans 2"],
    rules: SchemeRules,
    random: Stream,
    is_masked: Bool[np.ndarray, " seq"],
) -> None:
    """Mask so many different pieces as the budget has, all sets being as likely.

    By Floyd's method (Bentley and Floyd, "A sample of brilliance", 1987): one draw a piece.
    """
    size = len(is_masked)
    for last in range(size - mask_budget(size, rules.mask_rate), size):
        piece = sample_below(random, last + 1)
        is_masked[last if is_masked[piece] else piece] = True

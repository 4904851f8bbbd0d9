"""Annotated spans and random words by turns: what entities and noun phrases have in common.

**Differs:** the published code draws annotated spans with replacement, fills up with geometric
spans instead of words, and never ends where the annotated spans cannot meet the budget; here no
span is drawn twice, and words fill up, as section 6.1 says.
"""

import numpy as np

from spanbert.compiled import compiled
from spanbert.masking.philox import Stream, sample_below, sample_double
from spanbert.masking.schemes.whole_words import mask_random_word
from spanbert.masking.spans import SchemeRules, mask_budget, mask_pieces
from spanbert.shapes import Bool, Int


@compiled
def mask_annotated_spans(
    word_starts: Bool[np.ndarray, " seq"],
    annotated: Int[np.ndarray, "spans 2"],
    rules: SchemeRules,
    random: Stream,
    is_masked: Bool[np.ndarray, " seq"],
) -> None:
    """Draw an annotated span with probability `annotated_fraction`, else one whole word.

    When no annotated span is left, all draws are words. Each draw uses up a span or masks a piece,
    so it always ends. The rows of `annotated` change places.
    """
    left, num_waiting = mask_budget(len(is_masked), rules.mask_rate), len(annotated)
    while left > 0:
        if num_waiting > 0 and sample_double(random) < rules.annotated_fraction:
            drawn, last = sample_below(random, num_waiting), num_waiting - 1
            start, end = annotated[drawn, 0], annotated[drawn, 1]
            annotated[drawn, 0], annotated[drawn, 1] = annotated[last, 0], annotated[last, 1]
            num_waiting = last
            left = mask_pieces(is_masked, start, end, left)
        else:
            left = mask_random_word(word_starts, random, is_masked, left)

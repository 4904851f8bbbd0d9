"""Annotated spans and random words by turns: what entities and noun phrases have in common.

**Differs:** the published code draws annotated spans with replacement, fills up with geometric
spans instead of words, and never ends where the annotated spans cannot meet the budget; here no
span is drawn twice, and words fill up, as section 6.1 says.
"""

import numpy as np

from spanbert.masking.config import MaskingConfig
from spanbert.masking.schemes.whole_words import add_random_word
from spanbert.masking.spans import Block, Mask
from spanbert.shapes import Bool


def mask_annotated_spans(
    block: Block, config: MaskingConfig, rng: np.random.Generator
) -> Bool[np.ndarray, " seq"]:
    """Draw an annotated span with probability `annotated_fraction`, else one whole word.

    When no annotated span is left, all draws are words. Each draw uses up a span or masks a piece,
    so it always ends.
    """
    mask = Mask(block, config.mask_rate)
    waiting = rng.permutation(block.annotated).tolist()  # the draws' order, without replacement
    while mask.left > 0:
        if waiting and rng.random() < config.annotated_fraction:
            start, end = waiting.pop()
            mask.add(start, end)
        else:
            add_random_word(mask, rng)
    return mask.is_masked

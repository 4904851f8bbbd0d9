"""Single whole words (SpanBERT, section 6.1): all pieces of a word, or none."""

import numpy as np

from spanbert.masking.config import MaskingConfig
from spanbert.masking.spans import Block, Mask
from spanbert.shapes import Bool


def mask_whole_words(
    block: Block, config: MaskingConfig, rng: np.random.Generator
) -> Bool[np.ndarray, " seq"]:
    """Mask words until exactly the budget is masked; the last one may be cut by it."""
    mask = Mask(block, config.mask_rate)
    while mask.left > 0:
        add_random_word(mask, rng)
    return mask.is_masked


def add_random_word(mask: Mask, rng: np.random.Generator) -> None:
    """Mask the word of a visible piece, each piece being as likely, as in the published code."""
    visible = np.flatnonzero(~mask.is_masked)
    mask.add_words(int(visible[rng.integers(len(visible))]), 1)

"""Single pieces, as BERT masks them (SpanBERT, section 6.1)."""

import numpy as np

from spanbert.masking.config import MaskingConfig
from spanbert.masking.spans import Block, mask_budget
from spanbert.shapes import Bool


def mask_subword_tokens(
    block: Block, config: MaskingConfig, rng: np.random.Generator
) -> Bool[np.ndarray, " seq"]:
    """Mask so many different pieces as the budget has, all sets being as likely."""
    size = len(block.word_starts)
    is_masked = np.zeros(size, dtype=bool)
    is_masked[rng.permutation(size)[: mask_budget(size, config.mask_rate)]] = True
    return is_masked

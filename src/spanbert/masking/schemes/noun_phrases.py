"""Noun phrases and words by turns (SpanBERT, section 6.1).

**Differs:** the paper speaks of spaCy's constituency parser, which spaCy does not have; here a
phrase is one of its noun chunks.
"""

import numpy as np

from spanbert.masking.config import MaskingConfig
from spanbert.masking.schemes.annotated import mask_annotated_spans
from spanbert.masking.spans import Block
from spanbert.shapes import Bool


def mask_noun_phrases(
    block: Block, config: MaskingConfig, rng: np.random.Generator
) -> Bool[np.ndarray, " seq"]:
    """Mask noun phrases."""
    return mask_annotated_spans(block, config, rng)

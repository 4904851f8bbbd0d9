"""Named entities, without numerical ones, and words by turns (SpanBERT, section 6.1)."""

import numpy as np

from spanbert.masking.config import MaskingConfig
from spanbert.masking.schemes.annotated import mask_annotated_spans
from spanbert.masking.spans import Block
from spanbert.shapes import Bool


def mask_named_entities(
    block: Block, config: MaskingConfig, rng: np.random.Generator
) -> Bool[np.ndarray, " seq"]:
    """Mask entities; `corpus/annotations.py` has left out dates, amounts and other numbers."""
    return mask_annotated_spans(block, config, rng)

"""Named entities, without numerical ones, and words by turns (SpanBERT, section 6.1)."""

import numpy as np

from spanbert.compiled import compiled
from spanbert.masking.philox import Stream
from spanbert.masking.schemes.annotated import mask_annotated_spans
from spanbert.masking.spans import SchemeRules
from spanbert.shapes import Bool, Int


@compiled
def mask_named_entities(
    word_starts: Bool[np.ndarray, " seq"],
    annotated: Int[np.ndarray, "spans 2"],
    rules: SchemeRules,
    random: Stream,
    is_masked: Bool[np.ndarray, " seq"],
) -> None:
    """Mask entities; `corpus/annotations.py` has left out dates, amounts and other numbers."""
    mask_annotated_spans(word_starts, annotated, rules, random, is_masked)

"""Noun phrases and words by turns (SpanBERT, section 6.1).

**Differs:** the paper speaks of spaCy's constituency parser, which spaCy does not have; here a
phrase is one of its noun chunks.
"""

import numpy as np

from spanbert.compiled import compiled
from spanbert.masking.philox import Stream
from spanbert.masking.schemes.annotated import mask_annotated_spans
from spanbert.masking.spans import SchemeRules
from spanbert.shapes import Bool, Int


@compiled
def mask_noun_phrases(
    word_starts: Bool[np.ndarray, " seq"],
    annotated: Int[np.ndarray, "spans 2"],
    rules: SchemeRules,
    random: Stream,
    is_masked: Bool[np.ndarray, " seq"],
) -> None:
    """Mask noun phrases."""
    mask_annotated_spans(word_starts, annotated, rules, random, is_masked)

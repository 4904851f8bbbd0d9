"""Masking schemes by name and number; their contract: a block + rules + stream -> masked pieces."""

from typing import Protocol

import numpy as np

from spanbert.compiled import compiled
from spanbert.masking.config import MaskingConfig, SchemeName
from spanbert.masking.philox import Stream
from spanbert.masking.schemes.geometric_spans import length_edges, mask_geometric_spans
from spanbert.masking.schemes.named_entities import mask_named_entities
from spanbert.masking.schemes.noun_phrases import mask_noun_phrases
from spanbert.masking.schemes.subword_tokens import mask_subword_tokens
from spanbert.masking.schemes.whole_words import mask_whole_words
from spanbert.masking.spans import SchemeRules
from spanbert.shapes import Bool, Int


class Scheme(Protocol):
    """Chooses pieces of a block: exactly as many as its budget, by this stream alone.

    All pieces are visible at first. Annotated spans (entities or noun phrases) are half-open and
    may be none; a scheme may put them in another order.
    """

    def __call__(
        self,
        word_starts: Bool[np.ndarray, " seq"],
        annotated: Int[np.ndarray, "spans 2"],
        rules: SchemeRules,
        random: Stream,
        is_masked: Bool[np.ndarray, " seq"],
    ) -> None:
        """Set `is_masked` to True where a piece is masked."""
        ...


SCHEMES: dict[SchemeName, Scheme] = {
    "subword-tokens": mask_subword_tokens,
    "whole-words": mask_whole_words,
    "named-entities": mask_named_entities,
    "noun-phrases": mask_noun_phrases,
    "geometric-spans": mask_geometric_spans,
}


def scheme_rules(config: MaskingConfig) -> SchemeRules:
    """The settings as compiled functions take them."""
    return SchemeRules(
        number=list(SCHEMES).index(config.scheme),
        mask_rate=config.mask_rate,
        length_edges=length_edges(config.geometric_p, config.max_span_words),
        annotated_fraction=config.annotated_fraction,
    )


@compiled
def mask_block(
    word_starts: Bool[np.ndarray, " seq"],
    annotated: Int[np.ndarray, "spans 2"],
    rules: SchemeRules,
    random: Stream,
    is_masked: Bool[np.ndarray, " seq"],
) -> None:
    """Mask as the scheme does that stands at this place of `SCHEMES`."""
    if rules.number == 0:
        mask_subword_tokens(word_starts, annotated, rules, random, is_masked)
    elif rules.number == 1:
        mask_whole_words(word_starts, annotated, rules, random, is_masked)
    elif rules.number == 2:
        mask_named_entities(word_starts, annotated, rules, random, is_masked)
    elif rules.number == 3:
        mask_noun_phrases(word_starts, annotated, rules, random, is_masked)
    else:
        mask_geometric_spans(word_starts, annotated, rules, random, is_masked)

"""Masking schemes by name; their contract: block + settings + generator -> masked pieces."""

from typing import Protocol

import numpy as np

from spanbert.masking.config import MaskingConfig, SchemeName
from spanbert.masking.schemes.geometric_spans import mask_geometric_spans
from spanbert.masking.schemes.named_entities import mask_named_entities
from spanbert.masking.schemes.noun_phrases import mask_noun_phrases
from spanbert.masking.schemes.subword_tokens import mask_subword_tokens
from spanbert.masking.schemes.whole_words import mask_whole_words
from spanbert.masking.spans import Block
from spanbert.shapes import Bool


class Scheme(Protocol):
    """Chooses pieces of a block: exactly as many as its budget, by this generator alone."""

    def __call__(
        self, block: Block, config: MaskingConfig, rng: np.random.Generator
    ) -> Bool[np.ndarray, " seq"]:
        """True where a piece is masked."""
        ...


SCHEMES: dict[SchemeName, Scheme] = {
    "subword-tokens": mask_subword_tokens,
    "whole-words": mask_whole_words,
    "named-entities": mask_named_entities,
    "noun-phrases": mask_noun_phrases,
    "geometric-spans": mask_geometric_spans,
}

"""Settings of masking (SpanBERT, sections 3.1 and 6.1)."""

from dataclasses import dataclass
from typing import Literal

from spanbert.validation import require

SchemeName = Literal[
    "subword-tokens", "whole-words", "named-entities", "noun-phrases", "geometric-spans"
]


@dataclass(frozen=True)
class MaskingConfig:
    """Which pieces are masked, how many, and what replaces them."""

    scheme: SchemeName = "geometric-spans"
    mask_rate: float = 0.15  # of a block's pieces, rounded up
    geometric_p: float = 0.2  # geometric-spans: P(length = l) is proportional to p (1 - p)^(l - 1)
    max_span_words: int = 10  # geometric-spans: the law is cut there and renormalised
    annotated_fraction: float = 0.5  # named-entities, noun-phrases: of draws; others are one word
    replacement: Literal["span", "token"] = "span"  # what shares one 80/10/10 draw

    def __post_init__(self) -> None:
        require(0 < self.mask_rate < 1, f"masking.mask_rate = {self.mask_rate} must be in (0, 1)")
        require(
            0 < self.geometric_p < 1,
            f"masking.geometric_p = {self.geometric_p} must be in (0, 1)",
        )
        require(self.max_span_words >= 1, f"masking.max_span_words = {self.max_span_words} < 1")
        require(
            0 <= self.annotated_fraction <= 1,
            f"masking.annotated_fraction = {self.annotated_fraction} must be in [0, 1]",
        )

    @property
    def annotation(self) -> Literal["", "entities", "noun_phrases"]:
        """Which annotated spans the scheme reads from the shards."""
        names = {"named-entities": "entities", "noun-phrases": "noun_phrases"}
        return names.get(self.scheme, "")  # pyright: ignore[reportReturnType]

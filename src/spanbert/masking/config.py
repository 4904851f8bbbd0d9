"""Settings of span masking (SpanBERT, section 3.1)."""

from dataclasses import dataclass

from spanbert.validation import require


@dataclass(frozen=True)
class MaskingConfig:
    """How much is masked, and how long the spans are."""

    mask_rate: float = 0.15  # of a segment's pieces, rounded up
    geometric_p: float = 0.2  # P(length = l) is proportional to p (1 - p)^(l - 1)
    max_span_words: int = 10  # the law is cut there and renormalised

    def __post_init__(self) -> None:
        require(0 < self.mask_rate < 1, f"masking.mask_rate = {self.mask_rate} must be in (0, 1)")
        require(
            0 < self.geometric_p < 1,
            f"masking.geometric_p = {self.geometric_p} must be in (0, 1)",
        )
        require(self.max_span_words >= 1, f"masking.max_span_words = {self.max_span_words} < 1")

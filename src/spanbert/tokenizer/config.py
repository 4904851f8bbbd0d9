"""Settings of the tokenizer stage."""

from dataclasses import dataclass

from spanbert.validation import require


@dataclass(frozen=True)
class TokenizerConfig:
    """Which vocabulary: an existing one, or one trained on the corpus."""

    path: str = ""  # folder with vocab.txt or tokenizer.json; empty: train one
    vocab_size: int = 28_996  # upper bound when training; the published cased size
    min_frequency: int = 2  # pairs seen less often are not merged when training
    lower_case: bool = False  # SpanBERT is cased

    def __post_init__(self) -> None:
        require(self.vocab_size >= 200, f"tokenizer.vocab_size = {self.vocab_size} < 200")
        require(self.min_frequency >= 1, f"tokenizer.min_frequency = {self.min_frequency} < 1")

"""Settings of the tokenizer stage."""

from dataclasses import dataclass
from typing import Literal

from spanbert.validation import require

_NUM_BYTES, _NUM_SPECIALS = 256, 5  # entries that every byte-level vocabulary has


@dataclass(frozen=True)
class TokenizerConfig:
    """Which vocabulary: an existing one, or one trained on the corpus."""

    path: str = ""  # folder with tokenizer.json, vocab.txt or vocab.json; empty: train one
    model: Literal["wordpiece", "byte-bpe"] = "wordpiece"  # what to train
    sample_characters: int = 1_000_000_000  # least size of what is learnt from; 0: all text
    vocab_size: int = 28_996  # upper bound when training; the published cased size
    min_frequency: int = 2  # pairs seen less often are not merged when training
    lower_case: bool = False  # SpanBERT is cased

    def __post_init__(self) -> None:
        require(
            self.sample_characters >= 0,
            f"tokenizer.sample_characters = {self.sample_characters} < 0",
        )
        require(self.vocab_size >= 200, f"tokenizer.vocab_size = {self.vocab_size} < 200")
        require(
            self.model != "byte-bpe" or self.vocab_size > _NUM_BYTES + _NUM_SPECIALS,
            f"tokenizer.vocab_size = {self.vocab_size} has no room beside {_NUM_BYTES} bytes and"
            f" {_NUM_SPECIALS} special tokens",
        )
        require(self.min_frequency >= 1, f"tokenizer.min_frequency = {self.min_frequency} < 1")

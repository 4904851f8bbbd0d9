"""Sizes of the encoder."""

from dataclasses import dataclass

from spanbert.validation import require


@dataclass(frozen=True)
class ModelConfig:
    """Sizes and rates of a BERT encoder; the defaults are SpanBERT-base."""

    vocab_size: int = 28_996  # taken from the tokenizer when training starts
    hidden_size: int = 768
    num_layers: int = 12
    num_heads: int = 12
    intermediate_size: int = 3072
    max_positions: int = 512
    num_token_types: int = 2
    hidden_dropout: float = 0.1
    attention_dropout: float = 0.1
    layer_norm_eps: float = 1e-12
    initializer_range: float = 0.02  # standard deviation of fresh weights

    def __post_init__(self) -> None:
        require(
            self.hidden_size % self.num_heads == 0,
            f"model.hidden_size = {self.hidden_size} is not a multiple of"
            f" model.num_heads = {self.num_heads}",
        )
        for name in ("hidden_dropout", "attention_dropout"):
            rate = getattr(self, name)
            require(0 <= rate < 1, f"model.{name} = {rate} must be in [0, 1)")

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.num_heads

"""Settings of the shards stage."""

from dataclasses import dataclass

from spanbert.validation import require


@dataclass(frozen=True)
class ShardsConfig:
    """How documents become segments."""

    max_pieces: int = 510  # word pieces in a segment, without [CLS] and [SEP]

    def __post_init__(self) -> None:
        require(self.max_pieces >= 8, f"shards.max_pieces = {self.max_pieces} < 8")

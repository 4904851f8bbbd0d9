"""Settings of the pre-training objectives (SpanBERT, sections 3.2 and 4)."""

from dataclasses import dataclass

from spanbert.validation import require


@dataclass(frozen=True)
class ObjectiveConfig:
    """How the span boundary objective is added to the masked-token loss."""

    sbo_weight: float = 1.0
    max_sbo_pieces: int = 15  # pieces of a span that get a boundary target, from its start
    sbo_position_size: int = 200  # width of the position-in-span embedding

    def __post_init__(self) -> None:
        require(self.sbo_weight >= 0, f"objective.sbo_weight = {self.sbo_weight} < 0")
        require(self.max_sbo_pieces >= 1, f"objective.max_sbo_pieces = {self.max_sbo_pieces} < 1")

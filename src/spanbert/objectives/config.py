"""Settings of the pre-training objectives (SpanBERT, sections 3.2 and 4.2)."""

from dataclasses import dataclass
from typing import Literal

from spanbert.validation import require

# Of rows by vocabulary, which `tied.py` makes in chunks: no setting, but what planning reads too
CHUNK_ROWS = 512  # a chunk of 28,996 columns in fp32 is 57 MiB; longer ones are no faster


@dataclass(frozen=True)
class ObjectiveConfig:
    """What is added to the masked-token loss."""

    sbo_weight: float = 1.0  # of the span boundary loss; 0 leaves the objective and its head out
    sbo_boundary: Literal["external", "internal"] = "external"  # the visible neighbours of a span,
    # or its own first and last piece
    sbo_at_edges: bool = False  # external: frame spans at a block's edges by [CLS] and [SEP]
    max_sbo_pieces: int = 15  # pieces of a span that get a boundary target, from its start
    sbo_position_size: int = 200  # width of the position-in-span embedding
    nsp: bool = False  # next sentence prediction; needs shards.pairs

    def __post_init__(self) -> None:
        require(self.sbo_weight >= 0, f"objective.sbo_weight = {self.sbo_weight} < 0")
        require(self.max_sbo_pieces >= 1, f"objective.max_sbo_pieces = {self.max_sbo_pieces} < 1")
        require(
            self.sbo_position_size >= 1,
            f"objective.sbo_position_size = {self.sbo_position_size} < 1",
        )

    @property
    def has_sbo(self) -> bool:
        """Whether the span boundary objective is trained."""
        return self.sbo_weight > 0

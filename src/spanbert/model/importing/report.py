"""What became of each part of a model that was loaded: taken, made new, or left out."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from spanbert.model.config import ModelConfig

_NUM_SHOWN = 4  # names on a line; the JSON has all


@dataclass(frozen=True)
class LoadReport:
    """The account of one import; names are those of the published layout."""

    source: str  # path
    layout: str
    model: ModelConfig
    num_loaded: int  # tensors
    num_parameters: int  # in them
    initialised: tuple[str, ...]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]

    def lines(self) -> list[str]:
        """For a person to read."""
        sizes = self.model
        return [
            f"{self.layout} model at {self.source}",
            f"{sizes.num_layers} layers of {sizes.hidden_size} with {sizes.num_heads} heads,"
            f" {sizes.vocab_size} entries, {sizes.max_positions} positions",
            f"loaded {self.num_loaded} tensors, {self.num_parameters:,} parameters",
            f"made new: {_shown(self.initialised)}",
            f"left out: {_shown(self.ignored)}",
            *(f"note: {note}" for note in self.notes),
        ]

    def to_json(self) -> str:
        """The whole account."""
        return json.dumps(asdict(self), indent=1) + "\n"


def _shown(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NUM_SHOWN]) or "nothing"
    rest = len(names) - _NUM_SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown

"""What came in = the sum of what became of it: checked, and shown with any remainder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spanbert.report.rendering import Table, plain
from spanbert.report.summary import count, part_of


@dataclass(frozen=True)
class Balance:
    """A number of records or characters, and what became of them."""

    unit: str  # plural
    read: int
    parts: dict[str, int]  # by fate

    @property
    def missing(self) -> int:
        """How many went nowhere: 0 where all is well; negative if some were counted twice."""
        return self.read - sum(self.parts.values())

    def table(self) -> Table:
        """All fates with their share and their sum; a remainder gets its own row."""
        parts, told = self.parts, "all are accounted for"
        if self.missing:
            parts, told = parts | {"Not accounted for": self.missing}, "the parts do not add up"
        total = sum(parts.values())
        return Table(
            f"{self.unit.capitalize()}: {count(self.read)} read, {told}",
            (f"What became of {self.unit}", "Number", "Share of read"),
            [(name, count(n), part_of(n, self.read)) for name, n in parts.items()],
            num_numeric=2,
            total=("Sum", count(total), part_of(total, self.read)),
        )


def record_balance(counts: Mapping[str, Any]) -> Balance:
    """Records read = kept + held out + dropped + quarantined."""
    parts = {"Kept": counts["kept"], "Held out": counts["held_out"]}
    for fate in ("dropped", "quarantined"):
        parts |= {f"{fate.capitalize()}: {plain(r)}": n for r, n in counts[fate].items()}
    return Balance("records", counts["records_in"], parts)


def character_balance(counts: Mapping[str, Any]) -> Balance | None:
    """Characters of records that could be read = kept + removed by cleaning + dropped.

    None where the corpus was made by a version that did not count them.
    """
    if "characters_in" not in counts:
        return None
    parts = {"Kept or held out": counts["characters"]}
    for fate in ("removed", "dropped"):
        named = counts[f"{fate}_characters"].items()
        parts |= {f"{fate.capitalize()}: {plain(r)}": n for r, n in named}
    return Balance("characters", counts["characters_in"], parts)

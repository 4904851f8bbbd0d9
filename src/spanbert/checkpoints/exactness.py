"""How exactly a resumed run repeats the uncut one, and why.

"bitwise": to the bit; "numeric": the same computation, rounded elsewhere; "approx": another
dropout or other batches. A run is as exact as its least exact resume.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

LEVELS = ("bitwise", "numeric", "approx")  # best first
_SAME_SAMPLES = ("parts", "micro_batch_tokens")  # what keys the dropout


@dataclass(frozen=True)
class Exactness:
    """A level, its reason, and what was seen.

    `largest_difference` is relative, between figures of steps that were computed twice.
    """

    level: str = LEVELS[0]
    reason: str = "never resumed on anything else"
    largest_difference: float = 0.0

    def __post_init__(self) -> None:
        if self.largest_difference and self.level == LEVELS[0]:
            object.__setattr__(self, "level", LEVELS[1])
            object.__setattr__(self, "reason", "figures of repeated steps differ")

    def and_then(self, other: "Exactness") -> "Exactness":
        """The less exact of the two; the earlier one where they are equal."""
        worse = max(self, other, key=lambda one: LEVELS.index(one.level))
        difference = max(self.largest_difference, other.largest_difference)
        return replace(worse, largest_difference=difference)


def exactness_of(then: Mapping[str, Any], now: Mapping[str, Any]) -> Exactness:
    """Of a resume from a state computed `then` by what computes `now`.

    Args:
        then, now: origins as `training.origin` describes them; the first checkpoint format has
            none.
    """
    if not then:
        return Exactness("numeric", "the checkpoint does not say what computed it")
    changed = [name for name in sorted(now) if then.get(name) != now[name]]
    if now["exact"] and then.get("exact"):
        changed = [name for name in changed if name != "workers"]
    told = ", ".join(f"{name} {then.get(name)} -> {now[name]}" for name in changed)
    if set(changed) & set(_SAME_SAMPLES):
        return Exactness("approx", told)
    if now["device"] != "cpu":
        return Exactness("numeric", told or f"{now['device']} adds in no fixed order")
    return Exactness("numeric", told) if changed else Exactness()

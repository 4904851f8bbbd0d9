"""What was left out of a file, why, and whether it was too much."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from spanbert.errors import DataError
from spanbert.progress import Say

MAX_BROKEN_FRACTION = 0.01  # of a file's things of one kind


class Ledger:
    """How many things of one kind were seen in a file, and why some were left out.

    Args:
        noun: the kind, in the singular.
        place: what a thing of this kind stands in, which has an id.
    """

    def __init__(self, noun: str, place: str) -> None:
        self._noun, self._place, self.num_seen = noun, place, 0
        self._first: tuple[object, int] | None = None
        self.reasons: Counter[str] = Counter()

    def leave_out(self, reason: str, place_id: object, line: int) -> None:
        """Count what is broken.

        Args:
            line: of the file, from 1; 0 where a line is no place.
        """
        self.reasons[f"{self._noun}: {reason}"] += 1
        self._first = self._first or (place_id, line)

    def require_few(self, path: Path) -> None:
        """Refuse the file when too many are broken: its offsets were counted in another text.

        Raises:
            DataError: they are over `MAX_BROKEN_FRACTION`; it names the first.
        """
        num_broken = self.reasons.total()
        if self._first is None or num_broken <= MAX_BROKEN_FRACTION * self.num_seen:
            return
        place_id, line = self._first
        first = f"the first at {self._place} {place_id!r}" if place_id is not None else "see there"
        raise DataError(
            f"{num_broken} of {self.num_seen} {self._noun}s are broken ({_told(self.reasons)}),"
            f" {first}",
            place=f"{path}:{line}" if line else str(path),
            remedy="correct or remove them",
        )


def require_whole(path: Path, skipped: Mapping[str, int]) -> None:
    """Refuse a gold file of which something was left out: what is scored must be all of it.

    Raises:
        DataError: something was; it names the reasons.
    """
    if skipped:
        cause = f"it cannot be scored ({_told(skipped)})"
        raise DataError(cause, place=str(path), remedy="correct it")


def tell_skipped(path: Path, skipped: Mapping[str, int], say: Say) -> None:
    """Say what was left out of a file, by reason, if anything was."""
    if skipped:
        say(f"{path}: {sum(skipped.values())} left out ({_told(skipped)})")


def _told(reasons: Mapping[str, int]) -> str:
    return "; ".join(f"{reason}, {count}" for reason, count in reasons.items())

"""What was left out of a file, why, and whether it was too much."""

from collections import Counter
from pathlib import Path

from spanbert.errors import DataError
from spanbert.tasks.qa.layouts.record import Record

MAX_BROKEN_FRACTION = 0.01  # of a file's answers, and of its questions


class Ledger:
    """How many things of one kind were seen in a file, and why some were left out."""

    def __init__(self, noun: str) -> None:
        self._noun, self.num_seen = noun, 0
        self._first: Record | None = None
        self.reasons: Counter[str] = Counter()

    def leave_out(self, reason: str, record: Record) -> None:
        """Count what is broken in a record."""
        self.reasons[f"{self._noun}: {reason}"] += 1
        self._first = self._first or record

    def require_few(self, path: Path) -> None:
        """Refuse the file when too many are broken: its offsets were counted in another text.

        Raises:
            DataError: they are over `MAX_BROKEN_FRACTION`; it names the first.
        """
        num_broken = self.reasons.total()
        if self._first is None or num_broken <= MAX_BROKEN_FRACTION * self.num_seen:
            return
        parts = "; ".join(f"{reason}, {count}" for reason, count in self.reasons.items())
        raise DataError(
            f"{num_broken} of {self.num_seen} {self._noun}s are broken ({parts}),"
            f" the first at question {self._first.id!r}",
            place=f"{path}:{self._first.line}" if self._first.line else str(path),
            remedy="correct or remove them",
        )

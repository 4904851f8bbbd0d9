"""One finding of the doctor: what was found, what is needed, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from spanbert.errors import SpanbertError

GIGABYTE = 1e9


@dataclass(frozen=True)
class Finding:
    """What one check says."""

    name: str
    status: Literal["ok", "warning", "problem"]
    found: str
    needed: str = ""
    remedy: str = ""
    exit_code: int = 0  # that a run would end with; 0 unless it is a problem


def ok(name: str, found: str, needed: str = "") -> Finding:
    """Nothing is to be done."""
    return Finding(name, "ok", found, needed)


def warning(name: str, found: str, needed: str = "", *, remedy: str) -> Finding:
    """A run may work, though slowly, in part, or by luck."""
    return Finding(name, "warning", found, needed, remedy)


def problem(
    kind: type[SpanbertError], name: str, found: str, needed: str = "", *, remedy: str
) -> Finding:
    """A run is sure to fail, with the exit code of that kind of error."""
    return Finding(name, "problem", found, needed, remedy, kind.exit_code)


def findings_of(name: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    """What a check finds; what it raises becomes a finding too.

    Only the kind of an unforeseen error is told: its text may hold a password.
    """
    try:
        return check()
    except SpanbertError as error:
        where = f"{error.place}: " if error.place else ""
        return [problem(type(error), name, where + error.cause, remedy=error.remedy)]
    except Exception as error:
        remedy = "look at it yourself, and report that this check fails"
        return [warning(name, f"not checked ({type(error).__name__})", remedy=remedy)]


def gigabytes(size_bytes: float) -> str:
    """A size as people read it."""
    return (
        f"{size_bytes / GIGABYTE:.2f} GB"
        if size_bytes >= GIGABYTE
        else f"{size_bytes / 1e6:.0f} MB"
    )

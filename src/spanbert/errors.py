"""Everything that can go wrong, as one tree; each branch has the exit code a caller can act on.

SpanbertError            1   a mistake of ours
├── ConfigError          2   usage or configuration
├── DataError            3   input data cannot be used
├── CheckpointError      4   checkpoint, vocabulary or sizes do not fit together
├── IntegrityError       5   a digest does not match, or a file is refused as unsafe
├── GateError            6   a quality gate was not passed
├── NumericsError       65   training diverged
├── DependencyError     69   a service or optional package is not there (a retry may help)
├── StorageError        74   reading or writing failed (a retry may help)
├── PreemptedError      75   asked to leave; a checkpoint was saved (a retry goes on from it)
├── NoProgressError     93   crashed again and again at the same place (a retry does not help)
└── OutOfMemoryError   137   the work does not fit the memory that is there
"""

import errno


class SpanbertError(Exception):
    """A failure told in one line: what, where, and what to do next.

    Args:
        cause: the value and the rule that it broke.
        place: file, line or setting, when there is one.
        remedy: the next command or change to try.
    """

    exit_code = 1

    def __init__(self, cause: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(cause)
        self.cause, self.place, self.remedy = cause, place, remedy

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        then = f" -> {self.remedy}" if self.remedy else ""
        return " ".join(f"{where}{self.cause}{then}".split())


class ConfigError(SpanbertError):
    """Usage or configuration is wrong."""

    exit_code = 2


class DataError(SpanbertError):
    """Input data cannot be used."""

    exit_code = 3


class CheckpointError(SpanbertError):
    """Checkpoint, vocabulary or model sizes do not fit together."""

    exit_code = 4


class IntegrityError(SpanbertError):
    """Content differs from its recorded digest, or is refused as unsafe."""

    exit_code = 5


class GateError(SpanbertError):
    """A quality gate was not passed."""

    exit_code = 6


class NumericsError(SpanbertError):
    """Training diverged."""

    exit_code = 65


class DependencyError(SpanbertError):
    """A service or an optional package is not there; a retry may help."""

    exit_code = 69


class StorageError(SpanbertError):
    """Reading or writing failed; a retry may help."""

    exit_code = 74


class PreemptedError(SpanbertError):
    """Training was asked to leave and has saved a checkpoint; a retry goes on from it."""

    exit_code = 75


class NoProgressError(SpanbertError):
    """Crashed again and again without a newer checkpoint; a retry does not help."""

    exit_code = 93


class OutOfMemoryError(SpanbertError):
    """The work does not fit the memory that is there."""

    exit_code = 137


_SIGNS_OF_NO_MEMORY = ("can't allocate memory", "out of memory", "not enough memory")


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory ran out; torch says so in words."""
    words = str(error).lower()
    return isinstance(error, MemoryError) or any(sign in words for sign in _SIGNS_OF_NO_MEMORY)


def storage_error(error: OSError, place: str = "") -> StorageError:
    """The one-line form of an operating system's refusal to read or write.

    Args:
        place: what the user named; else the file that the error names.
    """
    remedy = "check the path and its permissions"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        remedy = (
            "free some space or choose another folder with --set run.folder=PATH, then run again"
        )
    cause = error.strerror or str(error)
    return StorageError(cause, place=place or str(error.filename or ""), remedy=remedy)

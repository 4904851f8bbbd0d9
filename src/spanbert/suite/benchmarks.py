"""A suite's TOML file -> its benchmarks, with what the paper has of each.

`cells.py` says which of them can be run.
"""

import contextlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spanbert.errors import ConfigError
from spanbert.tables import read_table
from spanbert.tasks.kinds import KINDS
from spanbert.validation import known_names, require

FOLDER = Path("configs/suites")  # where a suite is found by its name
_NAME = re.compile(r"[a-z][a-z0-9-]{0,24}")  # with seed and digest it names a run
_FILE = re.compile(r"[a-z0-9-]{0,33}[a-z0-9]")  # names the suite's folder, "suite-" before it


@dataclass(frozen=True)
class Figure:
    """One number that a benchmark is reported by, in percent."""

    score: str  # its name among what evaluation gives; of another split "mismatched.accuracy"
    title: str
    paper: float | None = None  # the large model, on test
    base: float | None = None  # the published base model


@dataclass(frozen=True)
class Benchmark:
    """What is trained and scored, and where its files are looked for."""

    name: str  # lower-case letters, digits and hyphens
    title: str
    kind: str  # of task
    recipe: str  # a TOML file of settings, from the suite's folder on
    figures: tuple[Figure, ...]  # those of the paper's table
    licence: str  # of the files
    source: str  # where they are to be had
    train: tuple[str, ...] = ()  # below the folder of data; none: those of the recipe in `data/`
    dev: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()  # over those of the recipe, as --set has them
    in_place_of: str = ""  # what of the paper it stands in for
    overlaps: tuple[str, ...] = ()  # benchmarks whose texts it is made of

    def __post_init__(self) -> None:
        require(
            bool(_NAME.fullmatch(self.name)),
            f"benchmark {self.name!r} must be named by 1 to 25 lower-case letters, digits or"
            " hyphens, a letter first",
        )
        require(bool(self.figures), f"benchmark {self.name!r} has no figures")
        known_names("kind", [self.kind], KINDS)


@dataclass(frozen=True)
class Average:
    """A mean over benchmarks, each the mean of its figures, as the paper takes it."""

    title: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """What a reader must know of some benchmarks; below a table that has one of them."""

    text: str
    of: tuple[str, ...]


@dataclass(frozen=True)
class Suite:
    """Benchmarks in the order of the table."""

    title: str
    benchmarks: tuple[Benchmark, ...]
    averages: tuple[Average, ...] = ()
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        names = [benchmark.name for benchmark in self.benchmarks]
        for name in names:
            require(names.count(name) == 1, f"two benchmarks are named {name!r}")
        referred = [one.parts for one in self.averages] + [one.of for one in self.notes]
        for some in [*referred, *(one.overlaps for one in self.benchmarks)]:
            known_names("benchmark", some, names)


def suite_path(name: str) -> Path:
    """The file of a suite, which is named by its path or, in the project's folder, by its name."""
    return Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"


def read_suite(path: Path) -> Suite:
    """The suite in a file.

    Raises:
        ConfigError: the file is missing or not TOML, a key or value is not accepted, or the file's
            name cannot be that of the suite's folder.
    """
    try:
        with blaming(str(path)):
            suite = read_table(Suite, tomllib.loads(path.read_text(encoding="utf-8")), "")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read it ({error})", place=str(path), remedy=_known()) from error
    except tomllib.TOMLDecodeError as error:
        remedy = "correct the file"
        raise ConfigError(f"not valid TOML: {error}", place=str(path), remedy=remedy) from error
    _require_name(path)
    return suite


@contextlib.contextmanager
def blaming(place: str) -> Iterator[None]:
    """Tell whatever setting is refused with this place."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(error.cause, place=place, remedy=error.remedy) from error


def _known() -> str:
    known = ", ".join(sorted(one.stem for one in FOLDER.glob("*.toml")))
    if known:
        return f"pass the path of a suite's file, or a name of {FOLDER}: {known}"
    return (
        f"pass the path of a suite's file; by its name one is found in the repository's root alone,"
        f" where {FOLDER} is"
    )


def _require_name(path: Path) -> None:
    if _FILE.fullmatch(path.stem):
        return
    better = re.sub(r"[^a-z0-9]+", "-", path.stem.lower())[:34].strip("-") or "mine"
    raise ConfigError(
        "the suite's folder is named as its file, by 1 to 34 lower-case letters, digits or hyphens,"
        " no hyphen last",
        place=str(path),
        remedy=f"rename the file to {better}.toml",
    )

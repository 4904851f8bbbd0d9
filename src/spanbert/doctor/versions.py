"""Installed packages against the oldest versions that this package works with."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version

from spanbert.config import Config
from spanbert.doctor.finding import Finding, ok, problem, warning
from spanbert.errors import DependencyError

_OURS = "spanbert"
_ANY_RUN = ("train", "pipelines", "tracking", "report")  # extras that the whole pipeline uses
_LINE = re.compile(
    r"(?P<name>[\w.-]+)(?:\[[^\]]*\])?(?:>=(?P<floor>[\w.]+))?(?:.*extra == ['\"](?P<extra>\w+))?"
)


@dataclass(frozen=True)
class Requirement:
    """A package, and from which version on."""

    name: str
    floor: str = ""  # empty: any
    extra: str = ""  # of ours that brings it; empty: always needed

    @property
    def text(self) -> str:
        """As pip takes it."""
        return f"{self.name}>={self.floor}" if self.floor else self.name


def check_versions(config: Config) -> list[Finding]:
    """What is installed here against what our own metadata asks for."""
    wanted = [r for r in parsed(requires(_OURS) or []) if r.extra in ("", *extras_of(config))]
    return version_findings(wanted, dict(_installed(wanted)))


def extras_of(config: Config) -> list[str]:
    """Our extras that a run with these settings uses."""
    sources = config.corpus.sources
    is_on_s3 = config.training.checkpoint_url != "" or any(s.startswith("s3:") for s in sources)
    asked = {
        "s3": is_on_s3,
        "annotate": config.shards.annotator != "",
        "corpus": sources != (),
        "languages": config.corpus.languages != (),
    }
    return [*_ANY_RUN, *(extra for extra, is_asked in asked.items() if is_asked)]


def parsed(lines: Iterable[str]) -> list[Requirement]:
    """Our metadata's lines -> requirements, without those of ours on ourselves."""
    found = [match for line in lines if (match := _LINE.match(line))]
    all_of_them = [Requirement(m["name"], m["floor"] or "", m["extra"] or "") for m in found]
    return [requirement for requirement in all_of_them if requirement.name != _OURS]


def version_findings(wanted: list[Requirement], installed: Mapping[str, str]) -> list[Finding]:
    """What is missing or too old, one finding each; one that all is well where nothing is."""
    faults = [f for requirement in wanted for f in _faults(requirement, installed)]
    count = len(wanted) - len(faults)
    return [ok("packages", f"{count} of {len(wanted)} as needed"), *faults]


def _faults(requirement: Requirement, installed: Mapping[str, str]) -> Iterator[Finding]:
    found = installed.get(requirement.name)
    name, needed = f"package {requirement.name}", requirement.text
    if found is None and requirement.extra:
        remedy = f"pip install '{_OURS}[{requirement.extra}]'"
        yield warning(name, "not installed", needed, remedy=remedy)
    elif found is None or _numbers(found) < _numbers(requirement.floor):
        told = "not installed" if found is None else found
        remedy = f"pip install --upgrade '{requirement.text}'"
        yield problem(DependencyError, name, told, needed, remedy=remedy)


def _installed(wanted: list[Requirement]) -> Iterator[tuple[str, str]]:
    for requirement in wanted:
        try:
            yield requirement.name, version(requirement.name)
        except PackageNotFoundError:
            continue


def _numbers(text: str) -> tuple[int, ...]:
    """A version's leading numbers: 2.13.0+cpu -> (2, 13), so that 4 and 4.0 are the same."""
    leading = re.split(r"[^\d.]", text, maxsplit=1)[0]
    numbers = [int(part) for part in leading.split(".") if part]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)

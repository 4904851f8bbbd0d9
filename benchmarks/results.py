"""Figures -> verdicts and a Markdown page that says where they come from."""

import json
import os
import platform
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Literal

import torch

from benchmarks.timing import MIN_THREAD_RATIO, paired_ratios

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "torch",
    "transformers",
    "numpy",
    "numba",
    "tokenizers",
    "datasets",
    "accelerate",
    "ray",
)
Unit = Literal["x", "%", "s", "MB", "bytes", "tok/s"]
NO_BF16 = "bf16 has no kernels here"


@dataclass(frozen=True)
class Figure:
    """One comparison, or one plain measure.

    Args:
        values: one a repetition: ratios, shares, seconds. None where it could not be measured.
        bound, aim: what is promised and what is hoped for; None where nothing is.
        better: whether the bound is the least or the most.
        not_judged: why there can be no verdict, whatever the values.
        needs_quiet: whether other work on the cores would spoil it.
        failure: what went wrong instead.
    """

    work: str
    peer: str
    values: tuple[float, ...] = ()
    unit: Unit = "x"
    ours: str = ""
    theirs: str = ""
    bound: float | None = None
    aim: float | None = None
    better: Literal["higher", "lower"] = "higher"
    not_judged: str = ""
    needs_quiet: bool = True
    failure: str = ""


def speed_ratio(
    work: str,
    peer: str,
    *,
    ours_s: list[float],
    peer_s: list[float],
    tokens: int,
    bound: float | None,
    aim: float | None,
) -> Figure:
    """How many times faster ours is, by paired repetitions."""
    return Figure(
        work,
        peer,
        tuple(paired_ratios(peer_s, ours_s)),
        ours=tokens_a_second(tokens, ours_s),
        theirs=tokens_a_second(tokens, peer_s),
        bound=bound,
        aim=aim,
    )


def not_measured(
    work: str, peer: str, reason: str, *, bound: float, aim: float, unit: Unit = "x"
) -> Figure:
    """A promise that this machine cannot put to the test."""
    return Figure(work, peer, unit=unit, bound=bound, aim=aim, not_judged=reason)


def failed(work: str, failure: str) -> Figure:
    """A benchmark that did not come to its end."""
    return Figure(work, "", failure=failure)


def tokens_a_second(tokens: int, times_s: list[float]) -> str:
    """Median speed for a table."""
    speed = tokens / median(times_s)
    return f"{speed / 1e6:.2f}M tok/s" if speed >= 1e6 else f"{speed:,.0f} tok/s"


def verdict(figure: Figure, ratio: float | None) -> str:
    """What the figure says of its bound.

    Args:
        ratio: `timing.thread_ratio` of the same run; None where the cores do not matter.
    """
    if figure.failure:
        return f"failed: {figure.failure}"
    if figure.not_judged:
        return f"not judged: {figure.not_judged}"
    if figure.bound is None:
        return "no bound"
    if ratio is not None and figure.needs_quiet and ratio < MIN_THREAD_RATIO:
        return f"not judged: cores are shared (2 threads are {ratio:.2f}x one)"
    if not _reaches(figure, figure.bound):
        return "missed"
    return "met, and the aim" if _reaches(figure, figure.aim) else "met"


def _reaches(figure: Figure, limit: float | None) -> bool:
    if limit is None:
        return False
    middle = median(figure.values)
    return middle >= limit if figure.better == "higher" else middle <= limit


_FORMATS: dict[Unit, Callable[[float], str]] = {
    "x": lambda value: f"{value:.2f}x" if value < 10 else f"{value:.0f}x",
    "%": lambda value: f"{100 * value:.1f} %",
    "s": lambda value: f"{value:.1f} s",
    "MB": lambda value: f"{value / 1e6:,.0f} MB",
    "bytes": lambda value: f"{value:.2f} bytes",
    "tok/s": lambda value: f"{value:,.0f} tok/s",
}


def row(figure: Figure, ratio: float | None) -> list[str]:
    """The cells of a figure: work, peer, figure, spread, speeds, bounds, verdict."""
    show = _FORMATS[figure.unit]
    middle = show(median(figure.values)) if figure.values else "–"
    lowest, highest = (show(f(figure.values)) if figure.values else "" for f in (min, max))
    spread = f"{lowest} – {highest}" if len(figure.values) > 1 else "–"
    limits = [show(limit) for limit in (figure.bound, figure.aim) if limit is not None]
    sign = "≥ " if figure.better == "higher" else "≤ "
    bounds = sign + " / ".join(limits) if limits else "–"
    cells = [figure.work, figure.peer or "–", middle, spread, figure.ours or "–"]
    return [*cells, figure.theirs or "–", bounds, verdict(figure, ratio)]


HEADINGS = ("work", "peer", "figure", "spread", "ours", "peer's", "at least / aim", "verdict")


def table(figures: Sequence[Figure], ratio: float | None) -> str:
    """A Markdown table, a line a figure."""
    rows = [HEADINGS, ["---"] * len(HEADINGS), *(row(figure, ratio) for figure in figures)]
    return "\n".join("| " + " | ".join(map(_cell, cells)) + " |" for cells in rows)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def page(sections: Sequence[tuple[str, float | None, Sequence[Figure]]], command: str) -> str:
    """A section a benchmark, each with its run's thread ratio; then where it comes from."""
    parts = [f"# Benchmarks, {date.today().isoformat()}, {hardware()}", ""]
    for name, ratio, figures in sections:
        parts += [f"## {name}", ""]
        parts += [f"Two threads over one: {ratio:.2f}x.", ""] if ratio is not None else []
        parts += [table(figures, ratio), ""]
    return "\n".join([*parts, "## Origin", "", *(f"- {line}" for line in origin(command)), ""])


def origin(command: str) -> list[str]:
    """What a reader needs to repeat a run: machine, command, versions, commit."""
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return [
        f"hardware: {hardware()}, {os.cpu_count()} CPUs, {platform.system()} {platform.machine()}",
        f"command: `{command}`",
        f"versions: python {platform.python_version()}, {versions}",
        f"commit: {commit()}",
    ]


def hardware() -> str:
    """The GPU's name, or the processor's."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def commit() -> str:
    """The checkout's commit, and whether files differ from it."""
    head, changes = (
        _git("rev-parse", "HEAD"),
        _git("status", "--porcelain", "--", ":!benchmarks/results"),
    )
    if not head:
        return "none"
    return f"{head} (changed files: {len(changes.splitlines())})" if changes else f"{head} (clean)"


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def write_page(text: str, folder: Path, suffix: str = "") -> Path:
    """Keep a page as `<date>-<hardware>.md`; a second one of the same day replaces it."""
    words = "".join(c if c.isalnum() else " " for c in hardware().lower()).split()
    path = folder / f"{date.today().isoformat()}-{'-'.join(words)}{suffix}.md"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def to_json(figures: Sequence[Figure]) -> str:
    """Figures as text that `from_json` reads back."""
    return json.dumps([asdict(figure) for figure in figures])


def from_json(text: str) -> list[Figure]:
    """Figures that `to_json` wrote."""
    return [Figure(**entry | {"values": tuple(entry["values"])}) for entry in json.loads(text)]

"""Results of a suite -> its table beside the paper's, for a terminal and as Markdown."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spanbert.report.markdown import markdown_table
from spanbert.report.summary import COLUMNS, clipped, fixed, printable

_WIDTHS = (23, 12, 12, 5, 6, 7, 6)  # of the terminal's columns, 77 in all with what parts them
_HEADS = ("benchmark", "figure", "ours ± sd", "split", "paper", "differ.", "base")
_NUM_NAMES = 2
_NONE = "-"
_DIGEST_DIGITS = 12


def suite_text(results: Mapping[str, Any]) -> str:
    """The table as aligned plain text of at most 78 columns."""
    lines = [clipped(_title(results), COLUMNS), "", _aligned(_HEADS)]
    lines += [_aligned(cells) for cells in _rows(results)]
    lines += ["", *_wrapped(_missing(results)), *_wrapped(_notes(results))]
    return "\n".join(lines).rstrip() + "\n"


def suite_markdown(results: Mapping[str, Any]) -> str:
    """The same, with seeds and the files that were used."""
    heads = ["Benchmark", "Figure", "Ours, mean ± sd", "Split", "Paper", "Difference", "Base"]
    rows = [[_escaped(cell) for cell in row] for row in _rows(results)]
    parts = [f"# {_escaped(_title(results))}", markdown_table(heads, rows, _NUM_NAMES)]
    if missing := _missing(results):
        parts += ["## What is not there", _listed(missing)]
    parts += ["## How to read it", _listed(_notes(results))]
    if files := list(_files(results)):
        heads = ["Benchmark", "Split", "File", "sha256", "Licence"]
        parts += ["## Data", markdown_table(heads, files, len(heads))]
    return "\n\n".join(parts) + "\n"


def _title(results: Mapping[str, Any]) -> str:
    seeds = ", ".join(map(str, results["seeds"]))
    return printable(f"{results['title']}: seeds {seeds}")


def _rows(results: Mapping[str, Any]) -> list[list[str]]:
    """A row for each figure of each benchmark, then the averages."""
    rows = [
        [
            row["title"] if place == 0 else "",
            figure["title"],
            _ours(figure["mean"], figure["sd"]),
            row["split"] or _NONE,
            *_beside(figure),
        ]
        for row in results["benchmarks"]
        for place, figure in enumerate(row["figures"])
    ]
    rows += [
        [one["title"], "average", _ours(one["mean"], None), _NONE, *_beside(one)]
        for one in results["averages"]
    ]
    return rows


def _ours(mean: float | None, sd: float | None) -> str:
    if mean is None:
        return _NONE
    return fixed(mean, 1) + ("" if sd is None else f" ± {fixed(sd, 1)}")


def _beside(figure: Mapping[str, Any]) -> list[str]:
    """The paper's figure, ours less that, and the base model's."""
    difference = figure["difference"]
    sign = "+" if difference is not None and difference > 0 else ""
    return [_number(figure["paper"]), sign + _number(difference), _number(figure["base"])]


def _number(value: float | None) -> str:
    return _NONE if value is None else fixed(value, 1)


def _missing(results: Mapping[str, Any]) -> list[str]:
    """Why there is no number, or not one of every seed."""
    lines = []
    for row in results["benchmarks"]:
        if row["why_not"]:
            lines.append(f"{row['title']} was not run: {row['why_not']}")
        lines += [f"{row['title']}, seed {seed}: {why}" for seed, why in row["failed"].items()]
    for one in results["averages"]:
        if one["absent"]:
            lines.append(f"{one['title']} has no average without {', '.join(one['absent'])}.")
    return [printable(line) for line in lines]


def _notes(results: Mapping[str, Any]) -> list[str]:
    start = results["start"]
    search = (
        "each is what the search of the recipe found best on dev"
        if results["has_grids"]
        else "one setting of each recipe was trained, without its grid"
    )
    digest = start["sha256"][:_DIGEST_DIGITS]
    lines = [
        f"Ours: percent, fine-tuned from {start['path']} (sha256 {digest}); mean and standard"
        f" deviation over the seeds that ended; {search}.",
        "Figures on dev are of the files by which weights were chosen: unseen files give less.",
    ]
    if results["overrides"]:
        lines.append(f"Settings of recipes were changed: {', '.join(results['overrides'])}.")
    if any(figure["paper"] is not None for figure in _figures(results)):
        lines.append("Paper: the large model, on test. Differences are of ours from that.")
    lines += [
        f"{row['title']} stands in for {row['in_place_of']}; its figures are not comparable."
        for row in results["benchmarks"]
        if row["in_place_of"]
    ]
    if start["finetuned_for"]:
        kinds = ", ".join(start["finetuned_for"])
        lines.append(
            f"The start had been fine-tuned before ({kinds}): what it has seen is unknown."
        )
    lines += [
        f"{title} is made of texts of {other}: do not train one model on either and report the"
        " other. Here each was fine-tuned alone from the same start."
        for title, other in results["overlaps"]
    ]
    return [printable(line) for line in [*lines, *results["notes"]]]


def _figures(results: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (figure for row in results["benchmarks"] for figure in row["figures"])


def _files(results: Mapping[str, Any]) -> Iterator[list[str]]:
    for row in results["benchmarks"]:
        for file in row["files"]:
            digest = f"`{file['sha256'][:_DIGEST_DIGITS]}`"
            title, licence = _escaped(row["title"]), _escaped(row["licence"])
            yield [title, file["split"], _code(file["name"]), digest, licence]


def _aligned(cells: Sequence[str]) -> str:
    """Two names to the left, numbers to the right."""
    parts = [
        f"{clipped(cell, width):<{width}}" if place < _NUM_NAMES else f"{cell:>{width}}"
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    ]
    return " ".join(parts)


def _wrapped(lines: Sequence[str]) -> list[str]:
    """Paragraphs of a terminal, with an empty line behind them."""
    wrapped = [
        part
        for line in lines
        for part in textwrap.wrap(line, COLUMNS, subsequent_indent="  ", break_on_hyphens=False)
    ]
    return [*wrapped, ""] if wrapped else []


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {_escaped(line)}" for line in lines)


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is, where it would take it for HTML; one line."""
    return printable(text).replace("&", "&amp;").replace("<", "&lt;")


def _code(text: str) -> str:
    """Text as code, in which HTML is none; a backtick would end it."""
    return _escaped(text) if "`" in text else f"`{printable(text)}`"

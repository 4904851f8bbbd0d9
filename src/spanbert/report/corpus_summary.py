"""Counts of a corpus -> one sentence, and the few lines that a terminal shows."""

import textwrap
from collections.abc import Mapping
from typing import Any

from spanbert.corpus.report import OTHERS
from spanbert.report.balance import character_balance, record_balance
from spanbert.report.corpus_facts import CorpusFacts
from spanbert.report.rendering import plain
from spanbert.report.summary import COLUMNS, clipped, count, fixed, part_of, printable, rounded

ADVICE = {
    "keep": "Keep this vocabulary",
    "extend": "Extend this vocabulary",
    "retrain": "Train a new vocabulary",
}


def corpus_sentence(counts: Mapping[str, Any]) -> str:
    """What the corpus is, how much could not be read, and whether all is accounted for."""
    return (
        f"{count(counts['kept'])} documents to train on, {count(counts['held_out'])} held out,"
        f" {rounded(counts['characters'])} characters from {_sources(counts)};"
        f" {_unreadable(counts)}; {_accounted(counts)}."
    )


def corpus_summary(facts: CorpusFacts, fit: Mapping[str, Any] | None, page_path: str) -> str:
    """Some ten lines of at most 78 columns, save that of a longer `page_path`.

    Args:
        fit: as `corpus_fit` gives it.
    """
    counts = facts.counts
    fates = {
        "to train on": counts["kept"],
        "held out": counts["held_out"],
        **{f"dropped: {plain(r)}": n for r, n in _commonest(counts["dropped"])},
        "could not be read": sum(counts["quarantined"].values()),
    }
    lines = [
        _row("Records read", counts["records_in"], counts["records_in"]),
        *(_row(f"  {name}", n, counts["records_in"]) for name, n in fates.items()),
        f"Characters kept: {count(counts['characters'])}",
        *(textwrap.wrap(printable(f"Vocabulary: {fit_in_words(fit)}"), COLUMNS) if fit else []),
        f"Page: {printable(page_path)}",
        "",
        *textwrap.wrap(corpus_sentence(counts), COLUMNS),
    ]
    return "\n".join(lines) + "\n"


def fit_in_words(fit: Mapping[str, Any]) -> str:
    """Pieces per word, and the advice with its reason."""
    todo = ADVICE.get(fit["advice"], fit["advice"])
    return f"{fixed(fit['pieces_per_word'], 2)} pieces per word. {todo}: {fit['why']}."


def _sources(counts: Mapping[str, Any]) -> str:
    num_named = len(counts["sources"])
    if OTHERS in counts["sources"]:
        return f"more than {count(num_named - 1)} sources"
    return f"{count(num_named)} {'source' if num_named == 1 else 'sources'}"


def _unreadable(counts: Mapping[str, Any]) -> str:
    quarantined = sum(counts["quarantined"].values())
    if not quarantined:
        return "every record could be read"
    told = f"{part_of(quarantined, counts['records_in'])} of records could not be read"
    if num_files := len(counts.get("unread_files", ())):
        told += (
            f", and {'1 file' if num_files == 1 else f'{count(num_files)} files'} not to the end"
        )
    return told


def _accounted(counts: Mapping[str, Any]) -> str:
    balances = [b for b in (record_balance(counts), character_balance(counts)) if b]
    if lost := [f"{count(b.missing)} {b.unit}" for b in balances if b.missing]:
        return f"the counts do not add up: {' and '.join(lost)} are not accounted for"
    return f"every {' and '.join(b.unit[:-1] for b in balances)} is accounted for"


_MAX_REASONS = 4  # of drops; the rest is summed up


def _commonest(dropped: Mapping[str, int]) -> list[tuple[str, int]]:
    ranked = sorted(dropped.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(n for _, n in ranked[_MAX_REASONS:])
    return ranked[:_MAX_REASONS] + ([("other reasons", rest)] if rest else [])


def _row(name: str, number: int, whole: int) -> str:
    return f"{clipped(name, 40):<40}{count(number):>18}{part_of(number, whole):>10}"

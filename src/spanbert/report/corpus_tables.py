"""Counts of a corpus -> the tables of its page: sources, licences, drops, evaluation sets and more.

Every table of names from outside is cut to a length that a page can hold, and says so.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from spanbert.report.corpus_facts import CorpusFacts
from spanbert.report.corpus_rules import cleaning_rule, drop_rule, quarantine_rule, setting
from spanbert.report.rendering import Table, plain, shown
from spanbert.report.summary import count, part_of

MAX_ROWS = 50  # of sources or licences; the rest is summed up in one more
_MAX_LICENCES = 3  # named for one source
_NO_LICENCE = "none stated"


def sources_table(counts: Mapping[str, Any]) -> Table:
    """Where the documents come from, largest first."""
    sources, characters = counts["sources"], counts["characters"]
    ranked = sorted(sources.items(), key=lambda item: (-item[1]["characters"], item[0]))
    rows = [_source_row(name, s, characters) for name, s in ranked[:MAX_ROWS]]
    if rest := [s for _, s in ranked[MAX_ROWS:]]:
        rows.append(_source_row(f"and {count(len(rest))} more", _summed(rest), characters))
    return Table(
        "Sources, of training and held-out documents together",
        ("Source", "Documents", "Characters", "Share of characters", "Licences"),
        rows,
        num_numeric=3,
        total=_source_row("Sum", _summed(sources.values()), characters),
    )


def licences_table(counts: Mapping[str, Any]) -> Table | None:
    """Documents by licence, commonest first; None where documents were not counted so."""
    documents, num_sources = Counter[str](), Counter[str]()
    for source in counts["sources"].values():
        if not isinstance(source["licences"], Mapping):
            return None
        documents.update(source["licences"])
        num_sources.update(source["licences"].keys())
    total = documents.total()
    ranked = sorted(documents.items(), key=lambda item: (-item[1], item[0]))
    rows = [
        (name or _NO_LICENCE, count(n), part_of(n, total), count(num_sources[name]))
        for name, n in ranked[:MAX_ROWS]
    ]
    if rest := [n for _, n in ranked[MAX_ROWS:]]:
        label = f"and {count(len(rest))} more"
        rows.append((label, count(sum(rest)), part_of(sum(rest), total), "–"))
    return Table(
        "Licences over all sources",
        ("Licence", "Documents", "Share of documents", "Sources"),
        rows,
        num_numeric=3,
        total=("Sum", count(total), part_of(total, total), ""),
    )


def drops_table(facts: CorpusFacts) -> Table:
    """What was dropped by which rule."""
    dropped, characters = facts.counts["dropped"], facts.counts.get("dropped_characters", {})
    return Table(
        "Dropped by a rule",
        ("Reason", "Records", "Share of read", "Characters", "Rule"),
        [
            (
                plain(reason),
                count(n),
                part_of(n, facts.counts["records_in"]),
                shown(characters.get(reason)),
                drop_rule(reason, facts.config),
            )
            for reason, n in dropped.items()
        ],
        num_numeric=3,
        total=(
            "Sum",
            count(sum(dropped.values())),
            part_of(sum(dropped.values()), facts.counts["records_in"]),
            count(sum(characters.values())) if characters else "–",
            "",
        ),
    )


def duplicates_table(counts: Mapping[str, Any]) -> Table:
    """Equal and similar documents, of which the first stays."""
    return Table(
        "Records that repeat an earlier document",
        ("Kind", "Records dropped", "Share of read"),
        [
            (name, count(n), part_of(n, counts["records_in"]))
            for name, n in (
                ("Equal to an earlier document", counts["dropped"].get("duplicate", 0)),
                ("Similar to an earlier document", counts["dropped"].get("near_duplicate", 0)),
            )
        ],
        num_numeric=2,
    )


_CONTAMINATION = {
    "texts": "Texts",
    "too_short": "Too short to look for",
    "texts_found": "Texts found",
    "ngrams": "N-grams",
    "ngrams_found": "N-grams found",
    "documents": "Documents that hold one",
}


def contamination_table(contamination: Mapping[str, Mapping[str, Any]]) -> Table:
    """How much of each evaluation set occurs in the corpus."""
    return Table(
        "Evaluation sets",
        ("Set", *_CONTAMINATION.values()),
        [
            (name, *(shown(found.get(key)) for key in _CONTAMINATION))
            for name, found in contamination.items()
        ],
        num_numeric=len(_CONTAMINATION),
    )


def cleaning_table(facts: CorpusFacts) -> Table:
    """What cleaning took away, by rule."""
    return _shares_table(
        "Removed by cleaning",
        ("Rule", "Characters", "Share of read", "What it does"),
        facts.counts["removed_characters"],
        facts.counts["characters_in"],
        lambda rule: cleaning_rule(rule, facts.config),
    )


def quarantine_table(facts: CorpusFacts) -> Table:
    """Records that could not be read, by reason."""
    return _shares_table(
        "Could not be read",
        ("Reason", "Records", "Share of read", "What is wrong"),
        facts.counts["quarantined"],
        facts.counts["records_in"],
        lambda reason: quarantine_rule(reason, facts.config),
    )


def _shares_table(
    caption: str,
    heads: tuple[str, ...],
    amounts: Mapping[str, int],
    read: int,
    words: Callable[[str], str],
) -> Table:
    """Amounts by name, each with its share of what was read and what its name means."""
    total = sum(amounts.values())
    return Table(
        caption,
        heads,
        [(plain(name), count(n), part_of(n, read), words(name)) for name, n in amounts.items()],
        num_numeric=2,
        total=("Sum", count(total), part_of(total, read), ""),
    )


def places_table(places: Sequence[Mapping[str, Any]]) -> Table:
    """Where the first unreadable records are."""
    return Table(
        f"The first {count(len(places))} places",
        ("File", "Byte offset", "Row", "Reason"),
        [
            (p["file"], shown(p["byte_offset"]), shown(p.get("row")), plain(p["reason"]))
            for p in places
        ],
        num_numeric=2,
    )


def unread_table(counts: Mapping[str, Any]) -> Table | None:
    """Files that could not be read to their end; None where all could, or nobody looked."""
    files = counts.get("unread_files")
    if not files:
        return None
    share = part_of(round(counts["unread_share"] * 10_000), 10_000)
    return Table(
        f"Files that could not be read to their end: with them {share} of the sources' bytes",
        ("File", "Bytes lost", "Reason"),
        [(name, count(found["bytes"]), plain(found["reason"])) for name, found in files.items()],
        num_numeric=1,
    )


def settings_table(config: Mapping[str, Any]) -> Table:
    """The settings of the corpus stage."""
    rows = [(f"corpus.{name}", setting(value) or "–") for name, value in config.items()]
    return Table("Settings", ("Setting", "Value"), rows, num_numeric=0)


def _source_row(name: str, source: Mapping[str, Any], all_characters: int) -> tuple[str, ...]:
    return (
        name,
        count(source["documents"]),
        count(source["characters"]),
        part_of(source["characters"], all_characters),
        _licences(source["licences"]),
    )


def _summed(sources: Any) -> dict[str, Any]:
    """Several sources as one, without their licences: these have a table of their own."""
    sums = {name: sum(s[name] for s in sources) for name in ("documents", "characters")}
    return sums | {"licences": None}


def _licences(licences: Any) -> str:
    """The commonest licences of a source, with their documents if there are several."""
    if licences is None:
        return ""
    if not isinstance(licences, Mapping) or len(licences) == 1:
        return ", ".join(name or _NO_LICENCE for name in licences)
    ranked = sorted(licences.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{name or _NO_LICENCE} ({count(n)})" for name, n in ranked[:_MAX_LICENCES]]
    more = len(ranked) - len(named)
    return ", ".join(named) + (f" and {count(more)} more" if more else "")

"""Results of coreference resolution -> what their section of the page shows."""

from collections.abc import Sequence
from typing import Any

from spanbert.report.part_chart import part_chart
from spanbert.report.rendering import Table
from spanbert.report.section import Breakdown, Section
from spanbert.report.summary import count, fixed
from spanbert.report.task_section import (
    TITLES,
    Row,
    figures_table,
    loss_chart,
    seeds_table,
    start_note,
)

_METRICS = {"muc": "MUC", "bcub": "B³", "ceafe": "CEAF-e"}  # the CoNLL F1 is their mean
_OTHERS = {"ceafm": "CEAF-m", "blanc": "BLANC", "mentions": "Mentions"}
_SCORES = {"recall": "Recall", "precision": "Precision", "f1": "F1"}
# by the key of an analysis: heading, and what the first column of its table names
_BY_MENTION = {
    "by_cluster_size": ("By size of the cluster", "Mentions in the cluster"),
    "by_mention_type": ("By type of the mention", "Mention"),
}
_SINGLETONS = "Clusters of one mention are found and count."
_NO_SINGLETONS = "Clusters of one mention do not count, as in OntoNotes."


def coref_section(rows: Sequence[Row]) -> Section:
    """What the template places; measures and parts are of the first start alone."""
    row = rows[0]
    seeds, analysis = seeds_table(rows), row.get("analysis", {})
    tables = [_metrics_table(row), figures_table("coref", rows, "num_documents")]
    found = [_by_mention(key, analysis[key]) for key in _BY_MENTION if key in analysis]
    if "by_document_length" in analysis:
        found.append(_by_length(analysis["by_document_length"]))
    return Section(
        TITLES["coref"],
        tables + ([seeds] if seeds else []),
        loss_chart(rows),
        "nats, summed over the spans of a document",
        [breakdown for breakdown in found if len(breakdown.table.rows) > 1],
        note=(_SINGLETONS if row["singletons"] else _NO_SINGLETONS) + start_note(rows),
    )


def _metrics_table(row: dict[str, Any]) -> Table:
    """The measures whose F1 is averaged, their average, and the others."""
    rows = [_metric_row(row, key, name) for key, name in _METRICS.items()]
    rows.append(("CoNLL F1, their mean", "", "", fixed(row["conll_f1"], 1)))
    rows += [_metric_row(row, key, name) for key, name in _OTHERS.items()]
    heads = ("Measure", *_SCORES.values())
    return Table(f"Coreference on {row['split']}, in percent", heads, rows, num_numeric=3)


def _metric_row(found: dict[str, Any], key: str, name: str) -> tuple[str, ...]:
    return (name, *(fixed(found[key][score], 1) for score in _SCORES))


def _by_mention(key: str, parts: list[dict[str, Any]]) -> Breakdown:
    heading, head = _BY_MENTION[key]
    names = [part["name"] for part in parts]
    series = [
        (name, {part["name"]: part[score] for part in parts})
        for score, name in _SCORES.items()
        if score != "f1"
    ]
    rows = [
        (
            part["name"],
            count(part["num_mentions"]),
            *(fixed(part[score], 1) for score in _SCORES),
        )
        for part in parts
    ]
    table = Table("B³, in percent", (head, "Gold", *_SCORES.values()), rows, num_numeric=4)
    title = "B³ of the mentions of each part."
    return Breakdown(heading, title, part_chart(names, series), table)


def _by_length(parts: list[dict[str, Any]]) -> Breakdown:
    scores = {part["name"]: part["conll_f1"] for part in parts}
    rows = [
        (part["name"], count(part["num_documents"]), fixed(part["conll_f1"], 1)) for part in parts
    ]
    return Breakdown(
        "By length of the document",
        "CoNLL F1 of the documents of each part.",
        part_chart(list(scores), [("CoNLL F1", scores)]),
        Table("In percent", ("Words", "Documents", "CoNLL F1"), rows, num_numeric=2),
    )

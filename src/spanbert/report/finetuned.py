"""Scores of models that were fine-tuned alone -> results, one page, and a table for a terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanbert.config import Config, to_toml
from spanbert.evaluation import scores
from spanbert.report.classification_section import classification_section
from spanbert.report.coref_section import coref_section
from spanbert.report.page import SCHEMA_VERSION, provenance_content
from spanbert.report.provenance import provenance_of
from spanbert.report.qa_section import qa_content
from spanbert.report.rendering import KeyFigure, render_template
from spanbert.report.section import Section
from spanbert.report.summary import clipped, count, fixed, model_lines, printable, score_lines
from spanbert.report.task_section import (
    TITLES,
    figure_lines,
    figure_name,
    figures_in_order,
    summary_table,
    told,
)
from spanbert.storage import read_manifest

_KEY_FIGURES = 2  # of each task, at the top of the page


def gather_finetuned(
    config: Config, *, encoder: Path, score_folders: Sequence[Path]
) -> dict[str, Any]:
    """One object with everything the page shows; it has no section "pretraining".

    Args:
        encoder: that all models started from.
        score_folders: made by `scores.write_scores`, each with a kind of task or "registered".
    """
    manifest = read_manifest(encoder, "model")
    found: dict[str, list[Any]] = {"qa": [], "registered": []}
    for folder in score_folders:
        for section, content in scores.read_scores(folder).items():
            found.setdefault(section, []).append(content)
    digests = {kind: found[kind][0]["model_digest"] for kind in TITLES if found.get(kind)}
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": config.run_id,
        "seed": config.run.seed,
        **found,
        "model": manifest.config["model"],
        "provenance": provenance_of(config, {"encoder": manifest.digest} | digests),
        "config_toml": to_toml(config),
    }


def render_finetuned(results: dict[str, Any]) -> str:
    """The page as HTML text.

    Raises:
        DependencyError: jinja2 is not installed.
    """
    rows = _rows(results)
    content = {
        "title": f"{results['run_id']} – SpanBERT fine-tuning report",
        "heading": results["run_id"],
        "subtitle": f"SpanBERT fine-tuning report, seed {results['seed']}",
        "verdict": _verdict(results),
        "key_figures": [
            KeyFigure(f"{TITLES[kind]}: {figure_name(name)}", fixed(value, 1), "percent")
            for kind, row in rows.items()
            for name, value in list(figures_in_order(row).items())[:_KEY_FIGURES]
        ],
        "has_qa": "qa" in rows,
        **qa_content(results["qa"]),
        "summary": summary_table(rows),
        "sections": [_section(kind, row) for kind, row in rows.items() if kind != "qa"],
        **provenance_content(results),
    }
    return render_template("finetuned.html.jinja", content)


def finetuned_table(results: dict[str, Any], report_path: str) -> str:
    """Scores, model versions and where the report lies, as aligned plain text."""
    lines = [f"Run {clipped(results['run_id'], 50)}, seed {results['seed']}", ""]
    for kind, row in _rows(results).items():
        lines += [*(score_lines([row]) if kind == "qa" else figure_lines(kind, row)), ""]
    lines += [
        *model_lines(results["registered"]),
        f"Report: {printable(report_path)}",
        "",
        _verdict(results),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _rows(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The scores of each kind of task that was fine-tuned, in the page's order."""
    return {kind: results[kind][0] for kind in TITLES if results.get(kind)}


def _section(kind: str, row: dict[str, Any]) -> Section:
    return coref_section(row) if kind == "coref" else classification_section(kind, row)


def _verdict(results: dict[str, Any]) -> str:
    return " ".join(
        _qa_verdict(row) if kind == "qa" else told(kind, row)
        for kind, row in _rows(results).items()
    )


def _qa_verdict(qa: dict[str, Any]) -> str:
    """One sentence: the score, on what, and how much seeds differ."""
    told = f"F1 is {fixed(qa['f1'], 1)} on {count(qa['num_questions'])} questions of {qa['split']}"
    seeds = qa.get("seeds")
    if not seeds or seeds["f1"]["sd"] is None:
        return f"{told}."
    spread = f"{fixed(seeds['f1']['mean'], 1)} ± {fixed(seeds['f1']['sd'], 1)}"
    return f"{told}; over {seeds['n']} seeds it is {spread}."

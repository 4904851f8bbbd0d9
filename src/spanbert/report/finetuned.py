"""Scores of a model that was fine-tuned alone -> results, one page, and a table for a terminal."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spanbert.config import Config, to_toml
from spanbert.evaluation import scores
from spanbert.report.page import SCHEMA_VERSION, provenance_content
from spanbert.report.provenance import provenance_of
from spanbert.report.qa_section import qa_content
from spanbert.report.rendering import KeyFigure, render_template
from spanbert.report.summary import clipped, count, fixed, model_lines, printable, score_lines
from spanbert.storage import read_manifest


def gather_finetuned(
    config: Config, *, models: Mapping[str, Path], score_folders: Sequence[Path]
) -> dict[str, Any]:
    """One object with everything the page shows; it has no section "pretraining".

    Args:
        models: folders by role, "qa" among them.
        score_folders: made by `scores.write_scores`, with "qa" and "registered" in them.
    """
    manifests = {role: read_manifest(folder, "model") for role, folder in models.items()}
    found: dict[str, Any] = {}
    for folder in score_folders:
        found |= scores.read_scores(folder)
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": config.run_id,
        "seed": config.run.seed,
        "qa": [found["qa"]],
        "registered": [found["registered"]],
        "model": manifests["qa"].config["model"],
        "provenance": provenance_of(config, {k: m.digest for k, m in manifests.items()}),
        "config_toml": to_toml(config),
    }


def render_finetuned(results: dict[str, Any]) -> str:
    """The page as HTML text.

    Raises:
        DependencyError: jinja2 is not installed.
    """
    content = {
        "title": f"{results['run_id']} – SpanBERT fine-tuning report",
        "heading": results["run_id"],
        "subtitle": f"SpanBERT fine-tuning report, seed {results['seed']}",
        "verdict": _verdict(results["qa"][0]),
        "key_figures": [
            KeyFigure("Exact match", fixed(results["qa"][0]["exact_match"], 1), "percent"),
            KeyFigure("F1", fixed(results["qa"][0]["f1"], 1), "percent"),
        ],
        **qa_content(results["qa"]),
        **provenance_content(results),
    }
    return render_template("finetuned.html.jinja", content)


def finetuned_table(results: dict[str, Any], report_path: str) -> str:
    """Scores, model versions and where the report lies, as aligned plain text."""
    lines = [
        f"Run {clipped(results['run_id'], 50)}, seed {results['seed']}",
        "",
        *score_lines(results["qa"]),
        "",
        *model_lines(results["registered"]),
        f"Report: {printable(report_path)}",
        "",
        _verdict(results["qa"][0]),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _verdict(qa: dict[str, Any]) -> str:
    """One sentence: the score, on what, and how much seeds differ."""
    told = f"F1 is {fixed(qa['f1'], 1)} on {count(qa['num_questions'])} questions of {qa['split']}"
    seeds = qa.get("seeds")
    if not seeds or seeds["f1"]["sd"] is None:
        return f"{told}."
    spread = f"{fixed(seeds['f1']['mean'], 1)} ± {fixed(seeds['f1']['sd'], 1)}"
    return f"{told}; over {seeds['n']} seeds it is {spread}."

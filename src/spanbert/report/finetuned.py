"""Scores of models that were fine-tuned alone -> results, and one page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanbert.config import Config, to_toml
from spanbert.evaluation import scores
from spanbert.report.page import SCHEMA_VERSION, provenance_content
from spanbert.report.provenance import provenance_of
from spanbert.report.rendering import render_template
from spanbert.report.task_section import rows_of, summary_table
from spanbert.report.tasks_content import task_figures, tasks_content
from spanbert.report.verdict import verdict
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
    found = scores.gather_scores(score_folders)
    digests = {kind: rows[0]["model_digest"] for kind, rows in rows_of(found).items()}
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
    content = {
        "title": f"{results['run_id']} – SpanBERT fine-tuning report",
        "heading": results["run_id"],
        "subtitle": f"SpanBERT fine-tuning report, seed {results['seed']}",
        "verdict": " ".join(verdict(results)),
        "key_figures": task_figures(results, _KEY_FIGURES),
        "summary": summary_table(rows_of(results)),
        **tasks_content(results),
        **provenance_content(results),
    }
    return render_template("finetuned.html.jinja", content)

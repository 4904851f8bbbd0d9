"""What the steps found, gathered into one JSON object; `page.py` shows it.

The object holds no time of day and no duration, so that a run that was killed and went on gives the
same bytes as one that was not.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanbert.config import Config, to_toml
from spanbert.errors import DataError
from spanbert.evaluation import scores
from spanbert.report.corpus_facts import read_facts
from spanbert.report.corpus_page import CORPUS_PAGE, render_corpus
from spanbert.report.finetuned import render_finetuned
from spanbert.report.page import render
from spanbert.report.provenance import provenance_of
from spanbert.storage import read_manifest, write_text_atomic
from spanbert.tasks.kinds import KINDS

SCHEMA_VERSION = 1


def gather_results(
    config: Config,
    *,
    documents: Path,
    shards: Path,
    held_out_shards: Path,
    encoder: Path,
    score_folders: Sequence[Path],
) -> dict[str, Any]:
    """One object with everything the report shows.

    Args:
        score_folders: made by `scores.write_scores`; of a kind of task, what began from the encoder
            comes first.
    """
    manifests = {
        "documents": read_manifest(documents, "documents"),
        "shards": read_manifest(shards, "shards"),
        "held_out_shards": read_manifest(held_out_shards, "shards"),
        "encoder": read_manifest(encoder, "model"),
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": config.run_id,
        "seed": config.run.seed,
        "corpus": manifests["documents"].counts
        | {
            "train_shards": manifests["shards"].counts,
            "held_out_shards": manifests["held_out_shards"].counts,
            "vocab_size": manifests["shards"].counts["vocab_size"],
        },
        "pretraining": manifests["encoder"].counts
        | {"curve": json.loads((encoder / "training.json").read_text())},
        **scores.gather_scores(score_folders),
        "model": manifests["encoder"].config["model"]
        | {"vocab_size": manifests["shards"].counts["vocab_size"]},
        "provenance": provenance_of(config, {k: m.digest for k, m in manifests.items()}),
        "config_toml": to_toml(config),
    }


def headline(results: dict[str, Any]) -> dict[str, float]:
    """The few figures by which runs are compared."""
    figures = scores.headline({"held_out": results.get("held_out", {})})
    for kind in KINDS:
        for row in results.get(kind, []):
            start = row["start"].replace(" ", "_")
            figures |= {f"{kind}_{n}_{start}": v for n, v in scores.figures_of(row).items()}
    return figures


def write_results(results: dict[str, Any], folder: Path) -> None:
    """Write results.json and report.html into a folder."""
    write_text_atomic(folder / "results.json", json.dumps(results, indent=1))
    write_report(results, folder / "report.html")


def write_report(results: dict[str, Any], path: Path) -> None:
    """Write the report of a run; it links to the corpus page if there is one beside it."""
    if "pretraining" not in results:
        write_text_atomic(path, render_finetuned(results))
        return
    has_corpus_page = (path.parent / CORPUS_PAGE).is_file()
    write_text_atomic(path, render(results, has_corpus_page=has_corpus_page))


def write_corpus_page(documents: Path, folder: Path) -> None:
    """Write corpus.html, about a documents artifact, into a folder."""
    write_text_atomic(folder / CORPUS_PAGE, render_corpus(read_facts(documents)))


def read_results(path: Path) -> dict[str, Any]:
    """The object in a results.json.

    Raises:
        DataError: it is missing, not JSON, or not the results of a run.
    """
    try:
        results = json.loads(path.read_text())
        if results["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"schema version {results['schema_version']}")
        return results
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"cannot read it ({error})", place=str(path), remedy="pass the results.json of a run"
        ) from error

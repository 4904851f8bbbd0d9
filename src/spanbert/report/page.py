"""Results of a run -> one self-contained HTML page.

This file words every number; `page.html.jinja` places them, `charts.py` computes the drawings.
Equal results give equal bytes.
"""

from typing import Any

from spanbert.errors import DataError
from spanbert.report.balance import record_balance
from spanbert.report.charts import LineChart, Series, histogram, line_chart
from spanbert.report.corpus_page import CORPUS_PAGE
from spanbert.report.rendering import KeyFigure, Table, pairs, render_template
from spanbert.report.summary import count, fixed, percent, token_losses
from spanbert.report.task_section import rows_of, summary_table
from spanbert.report.tasks_content import task_figures, tasks_content
from spanbert.report.verdict import verdict

SCHEMA_VERSION = 1
TOKEN_KINDS = {
    "mask": "masked: replaced by [MASK]",
    "random": "masked: replaced by a random token",
    "kept": "masked: left as it is",
}
PAPER_REPLACEMENT = {"mask": 0.8, "random": 0.1, "kept": 0.1}  # SpanBERT, section 3.1


def render(results: dict[str, Any], *, has_corpus_page: bool = False) -> str:
    """The report of a run as HTML text.

    Args:
        has_corpus_page: whether `corpus.html` lies beside it, to be linked to.

    Raises:
        DataError: the results have another schema version.
        DependencyError: jinja2 is not installed.
    """
    found = results["schema_version"]
    if found != SCHEMA_VERSION:
        raise DataError(
            f"results have schema version {found}, the report reads {SCHEMA_VERSION}",
            remedy="run the evaluation again with this version of the package",
        )
    content = page_content(results) | {"corpus_page": CORPUS_PAGE if has_corpus_page else ""}
    return render_template("page.html.jinja", content)


def page_content(results: dict[str, Any]) -> dict[str, Any]:
    """What the template places, by name."""
    rows = rows_of(results)
    return {
        "title": f"{results['run_id']} – SpanBERT run report",
        "heading": results["run_id"],
        "subtitle": f"SpanBERT run report, seed {results['seed']}",
        "verdict": " ".join(verdict(results)),
        "key_figures": key_figures(results),
        "loss_chart": loss_chart(results),
        "learning_rate_chart": learning_rate_chart(results),
        "held_out": held_out_table(results["held_out"]),
        **masking_content(results["masking"]),
        "summary": summary_table(rows) if len(rows) > 1 else None,
        **tasks_content(results),
        **corpus_content(results["corpus"]),
        **provenance_content(results),
    }


_HELD_OUT_FIGURES = (
    ("mlm_loss", "Masked-token loss", "nats per token"),
    ("sbo_loss", "Span-boundary loss", "nats per token"),
    ("nsp_loss", "Next-sentence loss", "nats per pair"),
    ("unigram_entropy", "Unigram entropy", "nats per token"),
)


def key_figures(results: dict[str, Any]) -> list[KeyFigure]:
    """The numbers a reader looks for first."""
    held_out, pretraining = results["held_out"], results["pretraining"]
    return [
        *(
            KeyFigure(words, fixed(held_out[name], 2), unit)
            for name, words, unit in _HELD_OUT_FIGURES
            if name in held_out
        ),
        *task_figures(results, 1),
        KeyFigure("Parameters", count(pretraining["num_parameters"]), "weights"),
        KeyFigure("Pre-training", count(pretraining["steps"]), "steps"),
        KeyFigure("Read in training", count(pretraining["tokens"]), "tokens"),
    ]


def loss_chart(results: dict[str, Any]) -> LineChart:
    """The pre-training losses, with the entropy that a frequency table would reach."""
    points = [(p["step"], token_losses(p)) for p in results["pretraining"]["curve"]]
    names = points[0][1] if points else {}
    return line_chart(
        [Series(name, [(step, losses[name]) for step, losses in points]) for name in names],
        y_format=".2f",
        levels={"Unigram entropy": results["held_out"]["unigram_entropy"]},
    )


def learning_rate_chart(results: dict[str, Any]) -> LineChart:
    """The learning rate as it was used."""
    points = [(p["step"], p["learning_rate"]) for p in results["pretraining"]["curve"]]
    return line_chart([Series("Learning rate", points)], y_format=".2e")


def held_out_table(held_out: dict[str, Any]) -> Table:
    """The losses on held-out text beside the unigram entropy."""
    entropy = held_out["unigram_entropy"]
    return Table(
        f"Loss on {count(held_out['num_tokens'])} masked tokens of held-out text, in nats per"
        f" token; masks drawn with seed {held_out['mask_seed']}",
        ("Objective", "Loss", "Unigram entropy", "Difference"),
        [
            (name, fixed(loss, 2), fixed(entropy, 2), fixed(loss - entropy, 2))
            for name, loss in token_losses(held_out).items()
        ],
        num_numeric=3,
    )


def masking_content(masking: dict[str, Any]) -> dict[str, Any]:
    """Span lengths, replacement shares and examples."""
    replacement = masking["replacement"]
    rows = [
        ("Masked, of all tokens", masking["masked_fraction"], masking["expected_mask_rate"]),
        ("Replaced by [MASK], of masked", replacement["mask"], PAPER_REPLACEMENT["mask"]),
        ("Replaced at random, of masked", replacement["random"], PAPER_REPLACEMENT["random"]),
        ("Left as they are, of masked", replacement["kept"], PAPER_REPLACEMENT["kept"]),
    ]
    return {
        **_span_lengths(masking),
        "sbo_coverage": percent(masking["sbo_coverage"]),
        "replacement": Table(
            f"Masked tokens in {count(masking['num_segments'])} segments",
            ("Share", "Observed", "Expected"),
            [(name, percent(seen), percent(law)) for name, seen, law in rows],
            num_numeric=2,
        ),
        "examples": masking.get("examples", []),
        "token_kinds": TOKEN_KINDS,
    }


def _span_lengths(masking: dict[str, Any]) -> dict[str, Any]:
    """The histogram of span lengths; only geometric spans have a law to compare with."""
    if "span_words" not in masking:
        return {"span_chart": None}
    spans, mean = masking["span_words"], masking["mean_span_words"]
    expected_mean = sum(n * share for n, share in enumerate(spans["expected"], start=1))
    return {
        "span_chart": histogram(spans["expected"], spans["observed"], mean),
        "mean_span_words": fixed(mean, 2),
        "expected_mean": fixed(expected_mean, 2),
    }


def corpus_content(corpus: dict[str, Any]) -> dict[str, Any]:
    """Where every record went, where the text came from, and what was made of it."""
    shards = {"Training": corpus["train_shards"], "Held out": corpus["held_out_shards"]}
    return {
        "accounting": record_balance(corpus).table(),
        "sources": Table(
            "Sources",
            ("Source", "Documents", "Characters", "Licences"),
            [
                (name, count(s["documents"]), count(s["characters"]), ", ".join(s["licences"]))
                for name, s in corpus["sources"].items()
            ],
            num_numeric=2,
        ),
        "shards": Table(
            f"Shards, with a vocabulary of {count(corpus['vocab_size'])} word pieces",
            ("Part", "Segments", "Tokens", "Words"),
            [
                (name, count(s["segments"]), count(s["tokens"]), count(s["words"]))
                for name, s in shards.items()
            ],
            num_numeric=3,
        ),
    }


def provenance_content(results: dict[str, Any]) -> dict[str, Any]:
    """What this run was made from and with."""
    origin = results["provenance"]
    facts = {
        "Package version": origin["package_version"],
        "Commit": origin["git_commit"],
        "Configuration digest": origin["config_digest"],
        "Hardware": origin["hardware"],
        **{f"{name} version": version for name, version in origin["versions"].items()},
    }
    return {
        "model": pairs("Model settings", ("Setting", "Value"), results["model"]),
        "registered": Table(
            "Registered models",
            ("Name", "Version", "Alias"),
            [(m["name"], m["version"], m["alias"]) for m in results["registered"]],
            num_numeric=0,
        ),
        "provenance": pairs("Software and hardware", ("Fact", "Value"), facts),
        "artifacts": pairs("Artifacts", ("Artifact", "sha256"), origin["artifacts"]),
        "config_toml": results["config_toml"],
    }

"""Verbs of coreference resolution: fine-tune, evaluate, predict."""

import argparse
import json
from pathlib import Path
from typing import Any

from spanbert.errors import ConfigError
from spanbert.verbs.finetuning import START, evaluated, finetuned, scores_option
from spanbert.verbs.verb import (
    Verb,
    config_of,
    local_path,
    path_option,
    print_json,
    say,
    written_option,
)

_METRICS = ("muc", "bcub", "ceafe", "mentions")
_TOLD = ("pruning_recall", "num_documents")


def _finetune(options: argparse.Namespace) -> None:
    training = finetuned(options, "coref")
    found = {"documents": training.num_documents, "final_loss": training.curve[-1]["loss"]}
    print_json(found | {"trainings": training.trainings, "seeds": training.seeds})


def _evaluate(options: argparse.Namespace) -> None:
    result = evaluated(options, "coref")
    told: dict[str, Any] = {"split": result["split"], **_figures(result)}
    if "dev" in result:
        told["dev"] = _figures(result["dev"])
    print_json(told | {name: result[name] for name in ("seeds",) if name in result})


def _figures(scores: dict[str, Any]) -> dict[str, Any]:
    """What the paper reports, and what limits it."""
    names = ("conll_f1", *_METRICS, *_TOLD)
    return {name: scores[name] for name in names}


def _predict(options: argparse.Namespace) -> None:
    from spanbert.registry.folders import model_folder
    from spanbert.tasks.coref.gap import is_gap
    from spanbert.tasks.coref.gap_answers import answer_gap
    from spanbert.tasks.coref.predict import predict_file

    is_file, config = _is_file(options), config_of(options)
    model = model_folder(options.model, config)
    if is_file:
        predict = answer_gap if is_gap(options.input) else predict_file
        predict(model, options.input, options.output, say=say)
        print(options.output)
    else:
        _resolve_text(options, model, config.shards.language)


def _is_file(options: argparse.Namespace) -> bool:
    """Whether a file of documents is to be resolved, and not a text."""
    if options.input and options.output and not (options.text or options.page):
        return True
    if options.text and not (options.input or options.output):
        return False
    raise ConfigError(
        "pass a text file, or --input and --output",
        remedy="spanbert predict coref --model coref text.txt --page text.html",
    )


def _resolve_text(options: argparse.Namespace, model: Path, language: str) -> None:
    """Print the clusters of the user's text as JSON, and write its page."""
    from spanbert.report.coref_page import render_coref
    from spanbert.storage import write_text_atomic
    from spanbert.tasks.coref.predict import clusters_in_text
    from spanbert.tasks.coref.resolver import CoreferenceResolver
    from spanbert.tasks.texts import blocks_at

    text = "".join(blocks_at(options.text))
    found = CoreferenceResolver.load(model).resolve(text, language)
    clusters = clusters_in_text(found.document)
    if options.page:
        name = "Standard input" if str(options.text) == "-" else options.text.name
        write_text_atomic(options.page, render_coref(found.document, name))
    print(json.dumps({"clusters": clusters}, ensure_ascii=False))


VERBS = (
    Verb(
        "finetune coref",
        _finetune,
        "encoder -> a coreference model",
        "--config configs/tasks/litbank.toml --start encoder --tokenizer vocab --output coref",
        paths=("--tokenizer", "--output"),
        options=START,
    ),
    Verb(
        "evaluate coref",
        _evaluate,
        "a coreference model on the dev and test files of the settings",
        "--config configs/tasks/litbank.toml --model coref --output scores.json",
        has_model=True,
        options=scores_option("document"),
    ),
    Verb(
        "predict coref",
        _predict,
        "a text, or documents in a file -> clusters of mentions",
        "--model coref text.txt --page text.html",
        config="optional",
        has_model=True,
        options={
            "text": {
                "nargs": "?",
                "type": local_path,
                "metavar": "FILE",
                "help": "a text of any length; - is standard input",
            },
            "--page": written_option("the text as an HTML page on which clusters can be followed"),
            "--input": path_option("documents, CoNLL or .jsonl, or GAP's table, not a text"),
            "--output": written_option("the same file with predicted clusters; GAP's answers"),
        },
    ),
)

"""Verbs that bring models in and out: any layout -> a stock Hugging Face folder."""

import argparse
from pathlib import Path

from spanbert.verbs.verb import Verb, config_of, local_path, path_option, say

_TOKENIZER = {
    "--tokenizer": path_option(
        "folder with the model's vocabulary, where the model has none beside it"
    )
}


def _import(options: argparse.Namespace) -> None:
    _write(options.source, options)


def _export(options: argparse.Namespace) -> None:
    from spanbert.registry.folders import model_folder

    _write(model_folder(options.model, config_of(options)), options)


def _write(source: Path, options: argparse.Namespace) -> None:
    """The model with its heads as a stock folder; the account of it goes to the person."""
    from spanbert.model.importing.artifact import import_folder

    report = import_folder(source, options.output, tokenizer=options.tokenizer)
    for line in report.lines():
        say(line)
    print(options.output)


VERBS = (
    Verb(
        "import",
        _import,
        "a BERT, RoBERTa, SpanBERT or fairseq model -> a model folder of ours",
        "--from SpanBERT/model.pt --tokenizer bert-base-cased --output encoder",
        paths=("--output",),
        config="none",
        options={
            "--from": {
                "dest": "source",
                "type": local_path,
                "required": True,
                "metavar": "PATH",
                "help": "Hugging Face folder, fairseq model.pt, or checkpoint of our training",
            },
            **_TOKENIZER,
        },
    ),
    Verb(
        "export",
        _export,
        "a checkpoint or registered model -> a stock Hugging Face folder, heads included",
        "--model models:/spanbert@latest-evaluated --output encoder",
        paths=("--output",),
        config="optional",
        has_model=True,
        options=_TOKENIZER,
    ),
)

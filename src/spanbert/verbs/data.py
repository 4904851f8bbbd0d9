"""Verbs that make data: raw text -> documents -> vocabulary -> segments on disk."""

import argparse
from dataclasses import asdict

from spanbert.verbs.verb import QUICKSTART, Verb, config_of, print_json, say


def _corpus(options: argparse.Namespace) -> None:
    from spanbert.corpus.documents import write_documents

    config = config_of(options)
    documents, held_out = options.output / "documents", options.output / "held-out"
    print_json(asdict(write_documents(documents, held_out, config.corpus)))


def _tokenizer(options: argparse.Namespace) -> None:
    from spanbert.storage import read_manifest
    from spanbert.tokenizer.artifact import build_tokenizer
    from spanbert.training.start import tokenizer_settings

    settings = tokenizer_settings(config_of(options))
    build_tokenizer(options.documents, options.output, settings)
    print_json(read_manifest(options.output, "tokenizer").counts)


def _shards(options: argparse.Namespace) -> None:
    from spanbert.shards.writer import write_shards

    config, output = config_of(options), options.output
    report = write_shards(
        options.documents,
        options.tokenizer,
        output,
        config.shards,
        num_workers=config.corpus.num_workers,
        work=output.parent / f".{output.name}.parts",
        say=say,
    )
    print_json(asdict(report))


VERBS = (
    Verb(
        "corpus",
        _corpus,
        "sources -> clean documents, some held out",
        f"{QUICKSTART} --output data",
        paths=("--output",),
    ),
    Verb(
        "tokenizer",
        _tokenizer,
        "documents -> a vocabulary",
        f"{QUICKSTART} --documents data/documents --output vocab",
        paths=("--documents", "--output"),
    ),
    Verb(
        "shards",
        _shards,
        "documents + vocabulary -> segments on disk",
        f"{QUICKSTART} --documents data/documents --tokenizer vocab --output shards",
        paths=("--documents", "--tokenizer", "--output"),
    ),
)

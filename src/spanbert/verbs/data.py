"""Verbs that make data: raw text -> documents -> vocabulary -> segments on disk."""

import argparse
from dataclasses import asdict

from spanbert.objects.artifacts import fetch_artifact, output_folder, part_of
from spanbert.verbs.verb import QUICKSTART, Verb, config_of, print_json


def _corpus(options: argparse.Namespace) -> None:
    from spanbert.corpus.documents import write_documents

    config = config_of(options)
    with (
        output_folder(part_of(options.output, "documents"), "documents") as documents,
        output_folder(part_of(options.output, "held-out"), "documents") as held_out,
    ):
        report = write_documents(documents, held_out, config.corpus)
    print_json(asdict(report))


def _tokenizer(options: argparse.Namespace) -> None:
    from spanbert.tokenizer.artifact import build_tokenizer
    from spanbert.training.start import tokenizer_settings

    settings = tokenizer_settings(config_of(options))
    documents = fetch_artifact(options.documents, "documents")
    with output_folder(options.output, "tokenizer") as folder:
        built = build_tokenizer(documents, folder, settings)
    print_json({"vocab_size": built.vocab_size})


def _shards(options: argparse.Namespace) -> None:
    from spanbert.shards.writer import write_shards

    settings = config_of(options).shards
    documents = fetch_artifact(options.documents, "documents")
    tokenizer = fetch_artifact(options.tokenizer, "tokenizer")
    with output_folder(options.output, "shards") as folder:
        report = write_shards(documents, tokenizer, folder, settings)
    print_json(asdict(report))


VERBS = (
    Verb(
        "corpus",
        _corpus,
        "sources -> clean documents, some held out",
        f"{QUICKSTART} --output data",
        places=("--output",),
    ),
    Verb(
        "tokenizer",
        _tokenizer,
        "documents -> a vocabulary",
        f"{QUICKSTART} --documents data/documents --output vocab",
        places=("--documents", "--output"),
    ),
    Verb(
        "shards",
        _shards,
        "documents + vocabulary -> segments on disk",
        f"{QUICKSTART} --documents data/documents --tokenizer vocab --output shards",
        places=("--documents", "--tokenizer", "--output"),
    ),
)

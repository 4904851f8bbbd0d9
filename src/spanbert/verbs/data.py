"""Verbs that make data: raw text -> documents -> vocabulary -> segments on disk."""

import argparse
import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from spanbert.lease import sole_owner
from spanbert.manifest import MANIFEST
from spanbert.objects.artifacts import (
    OTHER_OUTPUT,
    WRITES_HERE,
    Place,
    cache_folder,
    fetch_artifact,
    is_url,
    output_folder,
    part_of,
)
from spanbert.verbs.verb import QUICKSTART, Verb, config_of, print_json, say


def _corpus(options: argparse.Namespace) -> None:
    from spanbert.cluster.corpus_work import corpus_work

    with (
        output_folder(part_of(options.output, "documents"), "documents") as documents,
        output_folder(part_of(options.output, "held-out"), "documents") as held_out,
        work_beside(options.output) as work,
    ):
        report = corpus_work(
            config_of(options), documents=documents, held_out=held_out, work_root=work, say=say
        )
    print_json(asdict(report))


def _tokenizer(options: argparse.Namespace) -> None:
    from spanbert.storage import read_manifest
    from spanbert.tokenizer.artifact import build_tokenizer
    from spanbert.training.start import tokenizer_settings

    settings = tokenizer_settings(config_of(options))
    documents = fetch_artifact(options.documents, "documents")
    with output_folder(options.output, "tokenizer") as folder:
        build_tokenizer(documents, folder, settings)
        counts = read_manifest(folder, "tokenizer").counts
    print_json(counts)


def _shards(options: argparse.Namespace) -> None:
    from spanbert.cluster.shards_work import cut

    config = config_of(options)
    config.require_positions()
    documents = fetch_artifact(options.documents, "documents")
    tokenizer = fetch_artifact(options.tokenizer, "tokenizer")
    with (
        output_folder(options.output, "shards") as folder,
        work_beside(options.output) as work,
    ):
        print_json(cut(config, documents, tokenizer, folder, work, say))


@contextlib.contextmanager
def work_beside(output: Place) -> Iterator[Path]:
    """Where finished parts of the work are kept until the whole is there.

    Raises:
        ConfigError: another process works for the same folder; its parts are left alone.
    """
    if is_url(output):
        yield cache_folder() / "work"
        return
    folder = Path(output).absolute()
    work = folder.parent / f".{folder.name}.work"
    with sole_owner(work, doing=WRITES_HERE, remedy=OTHER_OUTPUT):
        try:
            yield work / "kept"
        except BaseException:
            if not any(work.rglob(MANIFEST)):  # there is nothing to go on from
                shutil.rmtree(work, ignore_errors=True)
            raise
        shutil.rmtree(work, ignore_errors=True)


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

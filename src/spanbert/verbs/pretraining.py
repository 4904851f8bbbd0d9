"""Verbs of pre-training: train an encoder, and measure it on held-out text."""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from spanbert.objects.artifacts import fetch_artifact
from spanbert.verbs.verb import FROM_SCRATCH, QUICKSTART, Verb, config_of, print_json, say


def _pretrain(options: argparse.Namespace) -> None:
    from spanbert.registry.tracking import Tracking, exactness_tags
    from spanbert.training.ray_job import pretrain

    config = config_of(options)
    if options.start is not None:
        config = replace(config, training=replace(config.training, start=options.start))
    shards = fetch_artifact(options.shards, "shards")
    tokenizer = fetch_artifact(options.tokenizer, "tokenizer")
    run_folder = Path(config.run.folder).absolute() / config.run_id
    with Tracking(config, run_folder, say).step("pretrain") as run:
        counts = pretrain(
            config,
            shards=shards,
            tokenizer=tokenizer,
            folder=options.output,
            work_root=run_folder / "work",
            say=say,
            from_scratch=options.from_scratch,
            follow=run.follow,
        )
        run.log_tags(exactness_tags(counts))
        run.log_metrics({"skipped_steps": float(counts["skipped_steps"])})
    print_json(counts)


def _evaluate_pretraining(options: argparse.Namespace) -> None:
    from spanbert.evaluation.held_out_file import evaluate_file
    from spanbert.registry.folders import model_folder

    config = config_of(options)
    folder = model_folder(options.model, config)
    with tempfile.TemporaryDirectory() as scratch:
        print_json(evaluate_file(folder, options.corpus, config, Path(scratch)))


VERBS = (
    Verb(
        "pretrain",
        _pretrain,
        "shards -> a pre-trained encoder, on Ray",
        f"{QUICKSTART} --shards shards --tokenizer vocab --output encoder",
        paths=("--output",),
        places=("--shards", "--tokenizer"),
        options={
            "--from": {
                "dest": "start",
                "metavar": "PATH",
                "help": "model to start from, in any layout: training.start",
            },
            "--from-scratch": FROM_SCRATCH,
        },
    ),
    Verb(
        "evaluate pretraining",
        _evaluate_pretraining,
        "masked-token loss on a text beside its unigram entropy, in nats",
        "--model encoder --corpus text.txt",
        places=("--corpus",),
        config="optional",
        has_model=True,
    ),
)

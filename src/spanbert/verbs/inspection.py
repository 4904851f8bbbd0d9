"""Verbs that show what a stage does."""

import argparse
from dataclasses import asdict

from spanbert.objects.artifacts import fetch_artifact
from spanbert.verbs.verb import QUICKSTART, Verb, config_of, print_json


def _masks(options: argparse.Namespace) -> None:
    from spanbert.inspection.masks import draw_inspection, inspect_masks
    from spanbert.inspection.terminal import has_colour, terminal_columns

    found = inspect_masks(
        fetch_artifact(options.shards, "shards"),
        fetch_artifact(options.tokenizer, "tokenizer"),
        config_of(options),
        num_shown=options.segments,
        epoch=options.epoch,
    )
    if options.json:
        print_json(asdict(found))
    else:
        print(draw_inspection(found, terminal_columns(), is_coloured=has_colour()))


VERBS = (
    Verb(
        "inspect masks",
        _masks,
        "masked segments in colour, and their statistics beside the expected ones",
        f"{QUICKSTART} --shards shards --tokenizer vocab",
        places=("--shards", "--tokenizer"),
        config="optional",
        options={
            "--segments": {"type": int, "default": 3, "metavar": "N", "help": "how many to show"},
            "--epoch": {"type": int, "default": 0, "metavar": "E", "help": "whose masks"},
            "--json": {"action": "store_true", "help": "for programs"},
        },
    ),
)

"""The verb that sends to MLflow what waits on disk."""

import argparse

from spanbert.verbs.verb import QUICKSTART, Verb, config_of, print_json, say


def _sync(options: argparse.Namespace) -> None:
    from spanbert.registry.sync import sync

    print_json(sync(config_of(options), say))


VERBS = (
    Verb(
        "sync",
        _sync,
        "figures, tags and files that an outage left on disk -> MLflow; may be repeated",
        QUICKSTART,
    ),
)

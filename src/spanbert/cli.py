"""The command line: find the verb, call it, tell an error in one line. Verbs lie in `verbs/`."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from spanbert import __version__
from spanbert.errors import SpanbertError, storage_error
from spanbert.verbs import (
    ablation,
    cluster,
    data,
    doctor,
    inspection,
    models,
    pipeline,
    planning,
    pretraining,
    tasks,
    tracking,
    vocabulary,
)

VERBS = (
    *pipeline.VERBS,
    *ablation.VERBS,
    *cluster.VERBS,
    *data.VERBS,
    *doctor.VERBS,
    *inspection.VERBS,
    *planning.VERBS,
    *pretraining.VERBS,
    *models.VERBS,
    *tasks.VERBS,
    *tracking.VERBS,
    *vocabulary.VERBS,
)
GROUPS = {
    "evaluate": "losses of a pre-trained model: pretraining",
    "finetune": "an encoder -> a model of one task: qa",
    "inspect": "what a stage does, drawn for a person: masks",
    "predict": "answers of a model: qa of a fine-tuned one, fill of a pre-trained one",
    "score": "predictions against gold: qa",
    "vocabulary": "an existing vocabulary: fit tells how it fits documents, extend adds words",
}


_INTERRUPTED = 130  # what a shell gives for Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code. Errors are one line on standard error."""
    options = _parser().parse_args(arguments)
    try:
        return options.call(options) or 0
    except KeyboardInterrupt:
        print("interrupted -> run the same command again to go on", file=sys.stderr)
        return _INTERRUPTED
    except (SpanbertError, OSError) as error:
        if options.debug:
            raise
        told = storage_error(error) if isinstance(error, OSError) else error
        print(f"spanbert: error: {told}", file=sys.stderr)
        return told.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spanbert",
        description="Span-based pre-training: from raw text to a registered, scored encoder.",
        epilog=_examples(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"spanbert {__version__}")
    top = parser.add_subparsers(metavar="VERB", required=True)
    groups: dict[str, Any] = {}
    for verb in VERBS:
        group, _, rest = verb.name.partition(" ")
        if rest and group not in groups:
            part = top.add_parser(group, help=GROUPS[group], description=GROUPS[group])
            groups[group] = part.add_subparsers(metavar="WHAT", required=True)
        verb.add_to(groups[group] if rest else top)
    return parser


def _examples() -> str:
    return "examples:\n" + "\n".join(f"  spanbert {v.name} {v.example}" for v in VERBS)


if __name__ == "__main__":
    sys.exit(main())

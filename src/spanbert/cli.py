"""The command line: find the verb, call it, tell an error in one line. Verbs lie in `verbs/`."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from spanbert import __version__
from spanbert.errors import OutOfMemoryError, SpanbertError, is_out_of_memory, storage_error
from spanbert.verbs import (
    ablation,
    cluster,
    coref,
    corpus,
    data,
    doctor,
    glue,
    inspection,
    models,
    pipeline,
    planning,
    pretraining,
    relations,
    scoring,
    suite,
    tasks,
    tracking,
    vocabulary,
)
from spanbert.verbs.verb import require_apart

VERBS = (
    *pipeline.VERBS,
    *ablation.VERBS,
    *suite.VERBS,
    *cluster.VERBS,
    *data.VERBS,
    *corpus.VERBS,
    *doctor.VERBS,
    *inspection.VERBS,
    *planning.VERBS,
    *pretraining.VERBS,
    *models.VERBS,
    *tasks.VERBS,
    *coref.VERBS,
    *glue.VERBS,
    *relations.VERBS,
    *scoring.VERBS,
    *tracking.VERBS,
    *vocabulary.VERBS,
)
GROUPS = {
    "evaluate": "figures of a model: losses of pretraining, scores of a task; or of a --suite",
    "finetune": "an encoder -> a model of one task: qa, coref, glue, relations",
    "inspect": "what a stage does, drawn for a person: masks",
    "predict": "answers of a model: fill of a pre-trained one; qa, coref, glue, relations",
    "score": "predictions against gold: qa, coref, gap, glue, relations",
    "vocabulary": "an existing vocabulary: fit tells how it fits documents, extend adds words",
}
# Two words, of which the first is a verb too. A group would demand the options of that verb as
# well, so to argparse these are verbs with a space in their name.
_FOLLOWERS = {v.name for v in VERBS if " " in v.name and v.name.split()[0] not in GROUPS}
# A group's word and an option that makes a verb of it, with a value: to argparse such verbs too.
_WITH_OPTION = {v.name for v in VERBS if " --" in v.name}

_INTERRUPTED = 130  # what a shell gives for Ctrl-C
_NOBODY_READS = 141  # and for a closed pipe


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code. Errors are one line on standard error."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        require_apart(options)
        code = options.call(options) or 0
        sys.stdout.flush()  # a reader that left is met here, and not when Python ends
        return code
    except KeyboardInterrupt:
        print("interrupted -> run the same command again to go on", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        return _unread()
    except (SpanbertError, OSError, RuntimeError, MemoryError) as error:
        told = _told(error)
        if options.debug or told is None:
            raise
        print(f"spanbert: error: {told}", file=sys.stderr)
        return told.exit_code


def _told(error: Exception) -> SpanbertError | None:
    """What a user is told of an error; None where it is a mistake of ours."""
    if isinstance(error, SpanbertError):
        return error
    if isinstance(error, OSError):
        return storage_error(error)
    if is_out_of_memory(error):
        remedy = "free some memory, or ask for smaller sizes in the settings"
        return OutOfMemoryError("no memory for what was asked", remedy=remedy)
    return None


def _unread() -> int:
    """End as a shell's own programs do when nobody reads on: `spanbert ... | head`."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):  # they are flushed at the end
        os.dup2(nowhere, stream.fileno())
    return _NOBODY_READS


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a verb, and as `call` what it calls; ends the process where they are wrong."""
    first_two = " ".join(arguments[:2])
    if first_two in _FOLLOWERS:
        arguments = [first_two, *arguments[2:]]
    return _parser().parse_args(_with_option_first(arguments))


def _with_option_first(arguments: Sequence[str]) -> Sequence[str]:
    """`evaluate --data D --suite free` as `"evaluate --suite" free --data D`."""
    for place, word in enumerate(arguments[1:], start=1):
        option, equals, value = word.partition("=")
        name = f"{arguments[0]} {option}"
        if name in _WITH_OPTION and arguments[1].startswith("-"):
            before, after = arguments[1:place], arguments[place + 1 :]
            return [name, *([value] if equals else after[:1]), *before, *after[not equals :]]
    return arguments


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
        if group not in GROUPS or verb.name in _WITH_OPTION:
            verb.add_to(top, verb.name)
            continue
        if group not in groups:
            part = top.add_parser(group, help=GROUPS[group], description=GROUPS[group])
            groups[group] = part.add_subparsers(metavar="WHAT", required=True)
        verb.add_to(groups[group], rest)
    return parser


def _examples() -> str:
    return "examples:\n" + "\n".join(f"  spanbert {v.name} {v.example}" for v in VERBS)


if __name__ == "__main__":
    sys.exit(main())

"""What verbs of sentence classification share: fine-tune, evaluate, and what is to be predicted."""

import argparse
from typing import Any

from spanbert.errors import ConfigError, DataError
from spanbert.verbs.finetuning import evaluated, finetuned
from spanbert.verbs.verb import print_json

_UNTOLD = ("curve", "labels", "confusions", "examples")  # long; they are in the file of --output


def finetune(options: argparse.Namespace, kind: str) -> None:
    """Fine-tune a kind of classifier by the settings; prints what was found."""
    training = finetuned(options, kind)
    found = {"examples": training.num_examples, "labels": training.num_labels}
    kept = {"trainings": training.trainings, "seeds": training.seeds}
    print_json(found | {"final_loss": training.curve[-1]["loss"]} | kept)


def evaluate(options: argparse.Namespace, kind: str) -> None:
    """Score a model of a kind on the files of the settings; prints its figures."""
    result = evaluated(options, kind)
    print_json({name: value for name, value in result.items() if name not in _UNTOLD})


def is_file(options: argparse.Namespace, of_text: tuple[Any, ...], remedy: str) -> bool:
    """Whether a file of examples is to be classified, and not a text."""
    of_file = (options.input, options.output)
    if all(of_file) and not any((options.text, *of_text)):
        return True
    if options.text is None or any(of_file):
        raise ConfigError("pass --input and --output, or a text", remedy=remedy)
    try:
        "".join(filter(None, (options.text, *of_text))).encode()
    except UnicodeError as error:
        raise DataError("a text is not UTF-8", remedy="convert it to UTF-8") from error
    return False

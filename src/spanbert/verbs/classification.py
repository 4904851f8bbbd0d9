"""What verbs of sentence classification share: fine-tune, evaluate, and what is to be predicted."""

import argparse
import json
from typing import Any

from spanbert.errors import ConfigError, DataError
from spanbert.verbs.data import work_beside
from spanbert.verbs.verb import config_of, local_path, print_json, say

START = {
    "--start": {
        "type": local_path,
        "metavar": "PATH",
        "help": "model folder; random weights when left out",
    }
}
_UNTOLD = ("curve", "labels", "confusions", "examples")  # long; they are in the file of --output
SCORES = {
    "--output": {
        "type": local_path,
        "metavar": "PATH",
        "help": "all figures as JSON, with a row for each example",
    }
}


def finetune(options: argparse.Namespace, kind: Any) -> None:
    """Fine-tune a kind of classifier by the settings; prints what was found."""
    from spanbert.storage import refuse_occupied
    from spanbert.tasks.classification.train import finetune_classifier

    config = config_of(options)
    refuse_occupied(options.output, "model")
    with work_beside(options.output) as work:
        training = finetune_classifier(
            options.output,
            kind,
            start=options.start,
            tokenizer=options.tokenizer,
            model=config.model,
            config=getattr(config, kind.kind),
            seed=config.run.seed,
            work=work,
            say=say,
        )
    found = {"examples": training.num_examples, "labels": training.num_labels}
    kept = {"trainings": training.trainings, "seeds": training.seeds}
    print_json(found | {"final_loss": training.curve[-1]["loss"]} | kept)


def evaluate(options: argparse.Namespace, kind: Any) -> None:
    """Score a model of a kind on the files of the settings; prints its figures."""
    from spanbert.registry.folders import model_folder
    from spanbert.storage import write_text_atomic
    from spanbert.tasks.classification.evaluate import evaluate_classifier

    config = config_of(options)
    model = model_folder(options.model, config)
    result = evaluate_classifier(model, kind, getattr(config, kind.kind), say=say)
    if options.output:
        write_text_atomic(options.output, json.dumps(result, indent=1) + "\n")
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

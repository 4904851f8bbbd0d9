"""Verbs of sentence classification: GLUE's tasks and relation extraction."""

import argparse
import json
from typing import Any

from spanbert.errors import ConfigError, DataError
from spanbert.verbs.data import work_beside
from spanbert.verbs.verb import Verb, config_of, local_path, print_json, say

_START = {
    "--start": {
        "type": local_path,
        "metavar": "PATH",
        "help": "model folder; random weights when left out",
    }
}
_SCORES = {
    "--output": {
        "type": local_path,
        "metavar": "PATH",
        "help": "all figures as JSON, with a row for each example",
    }
}
_TASKS = ("cola", "sst2", "mrpc", "stsb", "qqp", "mnli", "qnli", "rte", "wnli", "ax")


def _finetune_glue(options: argparse.Namespace) -> None:
    from spanbert.tasks.glue.problem import GlueProblem

    _finetune(options, GlueProblem)


def _finetune(options: argparse.Namespace, kind: Any) -> None:
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


def _evaluate_glue(options: argparse.Namespace) -> None:
    from spanbert.tasks.glue.problem import GlueProblem

    _evaluate(options, GlueProblem)


def _evaluate(options: argparse.Namespace, kind: Any) -> None:
    from spanbert.registry.folders import model_folder
    from spanbert.storage import write_text_atomic
    from spanbert.tasks.classification.evaluate import evaluate_classifier

    config = config_of(options)
    model = model_folder(options.model, config)
    result = evaluate_classifier(model, kind, getattr(config, kind.kind), say=say)
    if options.output:
        write_text_atomic(options.output, json.dumps(result, indent=1) + "\n")
    print_json({k: v for k, v in result.items() if k not in ("curve", "labels", "examples")})


def _predict_glue(options: argparse.Namespace) -> None:
    from spanbert.registry.folders import model_folder
    from spanbert.tasks.glue.predict import classify_text, predict_glue_file

    is_file = _is_file(
        options,
        (options.pair,),
        'spanbert predict glue --model rte "It rains." --pair "It is wet."',
    )
    folder = model_folder(options.model, config_of(options))
    if is_file:
        predict_glue_file(folder, options.input, options.output)
        print(options.output)
    else:
        prediction = classify_text(folder, options.text, options.pair)
        print_json({"label": prediction.label, "probabilities": prediction.probabilities})


def _is_file(options: argparse.Namespace, of_text: tuple[Any, ...], remedy: str) -> bool:
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


def _score_glue(options: argparse.Namespace) -> None:
    from spanbert.evaluation.glue_files import score_glue
    from spanbert.tasks.glue.table import DIAGNOSTIC, TASKS

    task = DIAGNOSTIC if options.task == "ax" else TASKS[options.task]
    print_json(score_glue(options.gold, options.predictions, task))


VERBS = (
    Verb(
        "finetune glue",
        _finetune_glue,
        "encoder -> a model of one of GLUE's tasks",
        "--config configs/tasks/sst2.toml --start encoder --tokenizer encoder --output sst2",
        paths=("--tokenizer", "--output"),
        options=_START,
    ),
    Verb(
        "evaluate glue",
        _evaluate_glue,
        "a model of a GLUE task on the dev and test files of the settings",
        "--config configs/tasks/sst2.toml --model sst2 --output scores.json",
        has_model=True,
        options=_SCORES,
    ),
    Verb(
        "predict glue",
        _predict_glue,
        "a text, a pair of texts, or a test file of GLUE -> labels",
        '--model sst2 "A gentle, funny film."',
        config="optional",
        has_model=True,
        options={
            "text": {"nargs": "?", "metavar": "TEXT", "help": "the text, or the pair's first one"},
            "--pair": {"metavar": "TEXT", "help": "the pair's second text"},
            "--input": {
                "type": local_path,
                "metavar": "PATH",
                "help": "a file in the layout of the task's test set, instead of a text",
            },
            "--output": {
                "type": local_path,
                "metavar": "PATH",
                "help": "index and prediction of each row, as GLUE takes them",
            },
        },
    ),
    Verb(
        "score glue",
        _score_glue,
        "a GLUE task's metrics, in percent",
        "--task rte --gold dev.tsv --predictions RTE.tsv",
        paths=("--gold", "--predictions"),
        config="none",
        options={"--task": {"required": True, "choices": _TASKS, "help": "ax: the diagnostic set"}},
    ),
)

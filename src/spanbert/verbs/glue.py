"""Verbs of GLUE: fine-tune, evaluate, predict, score."""

import argparse
from functools import partial

from spanbert.verbs.classification import evaluate, finetune, is_file
from spanbert.verbs.finetuning import START, scores_option
from spanbert.verbs.verb import Verb, config_of, path_option, print_json, written_option

_TASKS = ("cola", "sst2", "mrpc", "stsb", "qqp", "mnli", "qnli", "rte", "wnli", "ax")


def _predict_glue(options: argparse.Namespace) -> None:
    from spanbert.registry.folders import model_folder
    from spanbert.tasks.glue.predict import classify_text, predict_glue_file

    about_file = is_file(
        options,
        (options.pair,),
        'spanbert predict glue --model rte "It rains." --pair "It is wet."',
    )
    folder = model_folder(options.model, config_of(options))
    if about_file:
        predict_glue_file(folder, options.input, options.output)
        print(options.output)
    else:
        found = classify_text(folder, options.text, options.pair)
        is_label = isinstance(found.label, str)
        label = {"label": found.label, "probabilities": found.probabilities}
        print_json(label if is_label else {"number": found.label})


def _score_glue(options: argparse.Namespace) -> None:
    from spanbert.evaluation.glue_files import score_glue
    from spanbert.tasks.glue.table import DIAGNOSTIC, TASKS

    task = DIAGNOSTIC if options.task == "ax" else TASKS[options.task]
    print_json(score_glue(options.gold, options.predictions, task))


VERBS = (
    Verb(
        "finetune glue",
        partial(finetune, kind="glue"),
        "encoder -> a model of one of GLUE's tasks",
        "--config configs/tasks/sst2.toml --start encoder --tokenizer encoder --output sst2",
        paths=("--tokenizer", "--output"),
        options=START,
    ),
    Verb(
        "evaluate glue",
        partial(evaluate, kind="glue"),
        "a model of a GLUE task on the dev and test files of the settings",
        "--config configs/tasks/sst2.toml --model sst2 --output scores.json",
        has_model=True,
        options=scores_option("example"),
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
            "--input": path_option(
                "a file in the layout of the task's test set, instead of a text"
            ),
            "--output": written_option("index and prediction of each row, as GLUE takes them"),
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

"""Verbs of tasks: fine-tune, predict, score."""

import argparse
from pathlib import Path

from spanbert.verbs.verb import QUICKSTART, Verb, config_of, print_json, say


def _finetune_qa(options: argparse.Namespace) -> None:
    from spanbert.tasks.qa.train import finetune_qa

    config = config_of(options)
    training = finetune_qa(
        options.output,
        start=options.start,
        tokenizer=options.tokenizer,
        model=config.model,
        config=config.qa,
        seed=config.run.seed,
        say=say,
    )
    print_json({"questions": training.num_questions, "final_loss": training.curve[-1]["loss"]})


def _predict_qa(options: argparse.Namespace) -> None:
    from spanbert.registry.folders import model_folder
    from spanbert.tasks.qa.predict import predict_file

    predict_file(model_folder(options.model, config_of(options)), options.input, options.output)
    print(options.output)


def _score_qa(options: argparse.Namespace) -> None:
    from spanbert.evaluation.qa import score_qa

    print_json(score_qa(options.gold, options.predictions))


VERBS = (
    Verb(
        "finetune qa",
        _finetune_qa,
        "encoder -> a question answering model",
        f"{QUICKSTART} --start encoder --tokenizer vocab --output qa",
        paths=("--tokenizer", "--output"),
        options={
            "--start": {
                "type": Path,
                "metavar": "PATH",
                "help": "model folder; random weights when left out",
            }
        },
    ),
    Verb(
        "predict qa",
        _predict_qa,
        "a SQuAD file -> question id to answer",
        "--model qa --input dev.json --output answers.json",
        paths=("--input", "--output"),
        config="optional",
        has_model=True,
    ),
    Verb(
        "score qa",
        _score_qa,
        "exact match and F1, in percent",
        "--gold dev.json --predictions answers.json",
        paths=("--gold", "--predictions"),
        config="none",
    ),
)

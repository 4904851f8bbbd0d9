"""Verbs of tasks: fine-tune, evaluate, predict."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from spanbert.errors import ConfigError, DataError
from spanbert.verbs.finetuning import START, evaluated, finetuned, scores_option
from spanbert.verbs.verb import (
    QUICKSTART,
    Verb,
    config_of,
    path_option,
    print_json,
    say,
    written_option,
)


def _finetune_qa(options: argparse.Namespace) -> None:
    training = finetuned(options, "qa")
    found = {"questions": training.num_questions, "final_loss": training.curve[-1]["loss"]}
    kept = {"trainings": training.trainings, "seeds": training.seeds}
    print_json(found | {"null_threshold": training.null_threshold} | kept)


def _evaluate_qa(options: argparse.Namespace) -> None:
    result = evaluated(options, "qa")
    told = ("split", "exact_match", "f1", "num_questions", "dev", "seeds")
    print_json({name: result[name] for name in told if name in result})


def _predict_qa(options: argparse.Namespace) -> None:
    from spanbert.registry.folders import model_folder
    from spanbert.tasks.qa.predict import predict_file

    is_file = _is_file(options)
    folder = model_folder(options.model, config_of(options))
    if not is_file:
        _answer_text(options, folder)
        return
    predict_file(
        folder,
        options.input,
        options.output,
        nbest_file=options.nbest,
        odds_file=options.odds,
        say=say,
    )
    print(options.output)


def _is_file(options: argparse.Namespace) -> bool:
    """Whether a file of questions is to be answered, and not questions about a text."""
    of_file = (options.input, options.output, options.nbest, options.odds)
    of_text = (options.context_file, options.question or None, options.json or None)
    if options.input and options.output and not any(of_text):
        return True
    if options.context_file and options.question and not any(of_file):
        return False
    raise ConfigError(
        "pass --input and --output, or --context-file and a question",
        remedy='spanbert predict qa --model qa --context-file text.txt "Who was it?"',
    )


def _answer_text(options: argparse.Namespace, model: Path) -> None:
    """Answer the user's questions about one text, which may be longer than memory."""
    from spanbert.inspection.answered import draw_answers
    from spanbert.inspection.terminal import terminal_columns
    from spanbert.tasks.qa.examples import Question
    from spanbert.tasks.qa.predict import QuestionAnswerer
    from spanbert.tasks.texts import blocks_at

    try:
        "".join(options.question).encode()
    except UnicodeError as error:
        raise DataError("a question is not UTF-8", remedy="convert it to UTF-8") from error
    blocks = blocks_at(options.context_file)
    questions = [Question(str(n), text, "") for n, text in enumerate(options.question)]
    predictions = QuestionAnswerer.load(model).about_text(questions, blocks)
    if not options.json:
        print(draw_answers(options.question, predictions, terminal_columns()))
        return
    for question, found in zip(options.question, predictions, strict=True):
        answer = {"text": found.text, "start": found.start, "end": found.end}
        print(json.dumps({"question": question, **answer, "probability": found.probability}))


def _predict_fill(options: argparse.Namespace) -> None:
    from spanbert.inspection.filled import draw_filled
    from spanbert.inspection.terminal import terminal_columns
    from spanbert.registry.folders import model_folder
    from spanbert.tasks.fill import MaskFiller

    places = _texts(options)
    filler = MaskFiller.load(model_folder(options.model, config_of(options)))
    filled = []
    for place, text in places:
        try:
            filled.append(filler.fill(text, options.num_best))
        except DataError as error:
            raise DataError(error.cause, place=place, remedy=error.remedy) from error
    if options.json:
        print("\n".join(json.dumps(asdict(one)) for one in filled))
    else:
        print("\n\n".join(draw_filled(one, terminal_columns()) for one in filled))


def _texts(options: argparse.Namespace) -> list[tuple[str, str]]:
    """(place, text) of each text that the user gave."""
    if (options.text is None) == (options.input is None):
        raise ConfigError(
            "pass a text or --input, and not both",
            remedy='spanbert predict fill --model encoder "The sun is [MASK]."',
        )
    try:
        if options.input is None:
            options.text.encode()
            return [("", options.text)]
        lines = options.input.read_text(encoding="utf-8").splitlines()
        if not lines:
            raise DataError("no text", place=str(options.input), remedy="write one text a line")
        return [(f"{options.input}:{n}", line) for n, line in enumerate(lines, start=1)]
    except UnicodeError as error:
        place = str(options.input or "")
        raise DataError("not UTF-8", place=place, remedy="convert it to UTF-8") from error


VERBS = (
    Verb(
        "finetune qa",
        _finetune_qa,
        "encoder -> a question answering model",
        f"{QUICKSTART} --start encoder --tokenizer vocab --output qa",
        paths=("--tokenizer", "--output"),
        options=START,
    ),
    Verb(
        "evaluate qa",
        _evaluate_qa,
        "a question answering model on the dev and test files of the settings",
        "--config configs/tasks/squad11.toml --model qa --output scores.json",
        has_model=True,
        options=scores_option("question"),
    ),
    Verb(
        "predict qa",
        _predict_qa,
        "questions in a file or about a text -> answers",
        '--model qa --context-file text.txt "Who was it?"',
        config="optional",
        has_model=True,
        options={
            "question": {"nargs": "*", "metavar": "QUESTION", "help": "about the context file"},
            "--context-file": path_option("a text of any length; - is standard input"),
            "--json": {"action": "store_true", "help": "one JSON object a line for each question"},
            "--input": path_option("a file of questions with their contexts, instead of a text"),
            "--output": written_option("question id -> answer"),
            "--nbest": written_option("question id -> its best answers, with probabilities"),
            "--odds": written_option("question id -> score of no answer less that of the best"),
        },
    ),
    Verb(
        "predict fill",
        _predict_fill,
        "texts with [MASK]s -> guesses by MLM, by SBO and by both",
        '--model encoder "The [MASK] [MASK] sat."',
        config="optional",
        has_model=True,
        options={
            "text": {"nargs": "?", "metavar": "TEXT", "help": "a text with [MASK]s"},
            "--input": path_option("a file, one text a line"),
            "--num-best": {"type": int, "default": 5, "metavar": "N", "help": "guesses a mask"},
            "--json": {"action": "store_true", "help": "one JSON object a line for each text"},
        },
    ),
)

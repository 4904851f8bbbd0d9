"""Verbs that score predictions against gold, and need no model."""

import argparse
import math

from spanbert.verbs.verb import Verb, path_option, print_json


def _score_qa(options: argparse.Namespace) -> None:
    from spanbert.evaluation.qa import score_qa

    scores = score_qa(
        options.gold,
        options.predictions,
        odds_path=options.no_answer_odds,
        threshold=options.no_answer_threshold,
    )
    print_json(scores)


def _threshold(text: str) -> float:
    """Any number but NaN, above which nothing would be."""
    value = float(text)
    if math.isnan(value):
        raise ValueError(text)
    return value


def _score_coref(options: argparse.Namespace) -> None:
    from spanbert.evaluation.coref.files import score_coref

    print_json(score_coref(options.key, options.response))


def _score_gap(options: argparse.Namespace) -> None:
    from spanbert.evaluation.gap import score_gap

    print_json(score_gap(options.gold, options.predictions))


VERBS = (
    Verb(
        "score qa",
        _score_qa,
        "exact match and F1, in percent",
        "--gold dev.json --predictions answers.json",
        paths=("--gold", "--predictions"),
        config="none",
        options={
            "--no-answer-odds": path_option(
                "JSON, question id to how sure it is that there is no answer"
            ),
            "--no-answer-threshold": {
                "type": _threshold,
                "metavar": "X",
                "help": "odds above it mean no answer; 1 when left out; -1e-3 needs an = before it",
            },
        },
    ),
    Verb(
        "score coref",
        _score_coref,
        "MUC, B³, CEAF, BLANC and the CoNLL average, in percent",
        "--key dev.conll --response predicted.conll",
        paths=("--key", "--response"),
        config="none",
    ),
    Verb(
        "score gap",
        _score_gap,
        "F1 of GAP's pronouns and its ratio between the genders",
        "--gold gap-test.tsv --predictions answers.tsv",
        paths=("--gold", "--predictions"),
        config="none",
    ),
)

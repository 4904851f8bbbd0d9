"""What is said of a run follows from its numbers."""

import math

import pytest
import task_results
from task_results import run_of

from spanbert.report.verdict import verdict


@pytest.mark.parametrize(
    ("loss", "pretrained_f1", "opening"),
    [
        (5.9, 22.2, "Pre-training helped: masked-token loss is 5.90 nats per token, 0.70 below"),
        (5.9, 8.1, "Pre-training beat token frequencies but did not help question answering:"),
        (5.9, 8.0, "Pre-training beat token frequencies but did not help question answering:"),
        (5.9, 8.4, "Pre-training beat token frequencies, with no clear gain"),
        (
            6.6,
            8.1,
            "Pre-training did not help: masked-token loss is 6.60 nats per token, 0.00 above",
        ),
        (6.9, 2.0, "Pre-training did not help:"),
        (6.9, 8.4, "Pre-training did not help:"),
        (6.9, 22.2, "Pre-training did not beat token frequencies, yet question answering improved"),
        (math.nan, 22.2, "Pre-training cannot be judged: masked-token loss is NaN"),
        (math.inf, 22.2, "Pre-training cannot be judged: masked-token loss is ∞"),
        (5.9, math.nan, "Pre-training beat token frequencies: "),
    ],
)
def test_the_verdict_follows_from_the_numbers(loss, pretrained_f1, opening):
    (sentence,) = verdict(run_of(loss, pretrained_f1))
    assert sentence.startswith(opening)
    assert sentence.endswith(
        f"F1 is {pretrained_f1} from pre-trained weights".replace("nan", "NaN")
        + " beside 8.1 from random weights."
    )


def test_the_verdict_claims_nothing_about_a_task_without_both_starts():
    results = run_of()
    results["qa"] = results["qa"][:1]
    assert "F1" not in verdict(results)[0]


def test_the_same_gain_is_clear_only_with_enough_questions():
    (few,) = verdict(run_of(pretrained_f1=12.0, num_questions=100))
    (many,) = verdict(run_of(pretrained_f1=12.0, num_questions=10_000))
    assert "no clear gain" in few
    assert many.startswith("Pre-training helped")


def test_each_other_task_tells_both_starts_and_claims_nothing():
    results = run_of() | {"coref": task_results.both_starts(task_results.coref(), 70.04)}
    first, second = verdict(results)
    assert [first] == verdict(run_of())
    assert second == (
        "Coreference: CoNLL F1 is 77.4 from pre-trained weights beside 70.0 from random weights"
        " on test."
    )


def test_pre_training_is_judged_without_question_answering_too():
    results = run_of() | {"qa": [], "glue": [task_results.glue()]}
    first, second = verdict(results)
    assert first == (
        "Pre-training beat token frequencies: masked-token loss is 5.90 nats per token,"
        " 0.70 below the unigram entropy of 6.60."
    )
    assert second == "Sentence classification: Accuracy is 87.9 on dev."

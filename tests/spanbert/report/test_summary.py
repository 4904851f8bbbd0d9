"""The table of a run: it fits a terminal, shows the numbers and judges them honestly."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.report.summary import COLUMNS, chance_margin, count, fixed, summary_table, verdict

NUMBERS = st.floats() | st.integers(-(10**30), 10**30)


def qa_row(start, f1, num_questions=1100):
    return {"start": start, "exact_match": f1 / 2, "f1": f1, "num_questions": num_questions}


def results_of(mlm_loss=5.9, pretrained_f1=22.2, random_f1=8.1, num_questions=1100):
    return {
        "run_id": "quickstart-1a2b3c4d",
        "seed": 1907,
        "held_out": {"mlm_loss": mlm_loss, "sbo_loss": 6.12, "unigram_entropy": 6.6},
        "qa": [
            qa_row("pre-trained", pretrained_f1, num_questions),
            qa_row("random weights", random_f1, num_questions),
        ],
        "registered": [{"name": "spanbert-qa", "version": "17", "alias": "latest-evaluated"}],
    }


def test_the_table_shows_every_number_and_the_path():
    table = summary_table(results_of(), "runs/quickstart/report.html")
    for shown in ["5.90", "6.12", "6.60", "-0.70", "22.2", "11.1", "8.1", "1,100", "1907"]:
        assert shown in table
    assert "spanbert-qa version 17 (latest-evaluated)" in table
    assert "Report: runs/quickstart/report.html\n" in table


def test_the_columns_of_numbers_end_at_one_place():
    lines = summary_table(results_of(), "report.html").splitlines()
    rows = [line for line in lines if line.startswith("  ")]
    assert len(rows) == 4
    assert len({len(line) for line in rows}) == 1


@given(st.text(), st.text(), st.text(), NUMBERS, NUMBERS)
def test_no_line_is_longer_than_the_terminal(run_id, start, name, loss, f1):
    results = results_of(mlm_loss=loss, random_f1=f1) | {"run_id": run_id}
    results["qa"].append(qa_row(start, f1))
    results["registered"] += [{"name": name, "version": name, "alias": start}]
    table = summary_table(results, "runs/quickstart/report.html")
    assert max(len(line) for line in table.splitlines()) <= COLUMNS


def test_a_long_path_is_never_cut():
    path = "/a/long/folder" * 10 + "/report.html"
    assert path in summary_table(results_of(), path)


@given(st.text())
def test_no_text_can_steer_the_terminal(text):
    results = results_of() | {"run_id": text}
    table = summary_table(results, text)
    assert all(c.isprintable() or c == "\n" for c in table)
    plain = summary_table(results_of(), "report.html")
    assert table.count("\n") == plain.count("\n")


def test_a_run_that_registered_nothing_says_so():
    assert "Registered: none" in summary_table(results_of() | {"registered": []}, "report.html")


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
    sentence = verdict(results_of(loss, pretrained_f1))
    assert sentence.startswith(opening)
    assert sentence.endswith(
        f"F1 is {pretrained_f1} from pre-trained weights".replace("nan", "NaN")
        + " beside 8.1 from random weights."
    )


def test_the_verdict_claims_nothing_about_a_task_without_both_starts():
    results = results_of()
    results["qa"] = results["qa"][:1]
    assert "F1" not in verdict(results)


def test_the_same_gain_is_clear_only_with_enough_questions():
    assert verdict(results_of(pretrained_f1=12.0, num_questions=100)).count("no clear gain") == 1
    assert verdict(results_of(pretrained_f1=12.0, num_questions=10_000)).startswith(
        "Pre-training helped"
    )


def test_the_margin_of_chance_is_two_standard_errors_of_two_shares():
    margin = chance_margin(qa_row("a", 50.0, 200), qa_row("b", 50.0, 200))
    assert margin == pytest.approx(200 * math.sqrt(2 * 0.25 / 200))


@pytest.mark.parametrize("row", [qa_row("a", math.nan), qa_row("a", 130.0), qa_row("a", 50.0, 0)])
def test_the_margin_of_chance_is_unknown_for_impossible_scores(row):
    assert math.isnan(chance_margin(row, qa_row("b", 50.0)))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234567, 0, "1,234,567"),
        (1234.5, 2, "1,234.50"),
        (math.nan, 2, "NaN"),
        (math.inf, 1, "∞"),
        (-math.inf, 1, "-∞"),
    ],
)
def test_numbers_read_as_people_write_them(value, digits, text):
    assert fixed(value, digits) == text
    assert digits != 0 or count(value) == text


def test_a_baseline_has_no_row_for_the_objective_that_it_lacks():
    results = results_of()
    del results["held_out"]["sbo_loss"]
    table = summary_table(results, "report.html")
    assert "masked token (MLM)" in table
    assert "span boundary" not in table

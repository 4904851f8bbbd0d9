"""The table of a run fits a terminal, shows the numbers, and cannot steer it."""

import re

import task_results
from hypothesis import given
from hypothesis import strategies as st
from task_results import qa_row, run_of

from spanbert.report.summary import COLUMNS
from spanbert.report.terminal import results_table

NUMBERS = st.floats() | st.integers(-(10**30), 10**30)


def test_the_table_shows_every_number_and_the_path():
    table = results_table(run_of(), "runs/quickstart/report.html")
    for shown in ["5.90", "6.12", "6.60", "-0.70", "22.2", "11.1", "8.1", "1,100", "1907"]:
        assert shown in table
    assert "spanbert-qa version 17 (latest-evaluated)" in table
    assert "Report: runs/quickstart/report.html\n" in table


def test_the_columns_of_numbers_end_at_one_place():
    lines = results_table(run_of(), "report.html").splitlines()
    rows = [line for line in lines if line.startswith("  ")]
    assert len(rows) == 4
    assert len({len(line) for line in rows}) == 1


@given(st.text(), st.text(), st.text(), NUMBERS, NUMBERS)
def test_no_line_is_longer_than_the_terminal(run_id, start, name, loss, f1):
    results = run_of(mlm_loss=loss, random_f1=f1) | {"run_id": run_id}
    results["qa"].append(qa_row(start, f1))
    results["registered"] += [{"name": name, "version": name, "alias": start}]
    table = results_table(results, "runs/quickstart/report.html")
    assert max(len(line) for line in table.splitlines()) <= COLUMNS


def test_a_long_path_is_never_cut():
    path = "/a/long/folder" * 10 + "/report.html"
    assert path in results_table(run_of(), path)


@given(st.text())
def test_no_text_can_steer_the_terminal(text):
    results = run_of() | {"run_id": text}
    table = results_table(results, text)
    assert all(c.isprintable() or c == "\n" for c in table)
    plain = results_table(run_of(), "report.html")
    assert table.count("\n") == plain.count("\n")


def test_a_run_that_registered_nothing_says_so():
    assert "Registered: none" in results_table(run_of() | {"registered": []}, "report.html")


def test_a_baseline_has_no_row_for_the_objective_that_it_lacks():
    results = run_of()
    del results["held_out"]["sbo_loss"]
    table = results_table(results, "report.html")
    assert "masked token (MLM)" in table
    assert "span boundary" not in table


def test_each_other_task_has_its_figures_of_both_starts_within_the_terminal():
    kinds = ("coref", "glue", "relations")
    rows = {kind: task_results.both_starts(getattr(task_results, kind)(), 12.34) for kind in kinds}
    table = results_table(run_of() | rows, "report.html")
    lines = table.splitlines()
    (head,) = (n for n, line in enumerate(lines) if line.startswith("Coreference, percent"))
    assert re.split("  +", lines[head])[1:] == ["test, pre-trained", "test, random weights"]
    assert "Sentence classification, percent " in table
    assert lines[head + 1].split() == ["CoNLL", "F1", "77.4", "12.3"]
    assert max(map(len, lines)) <= COLUMNS


def test_a_task_that_was_not_fine_tuned_is_not_shown():
    table = results_table(run_of() | {"qa": [], "glue": [task_results.glue()]}, "report.html")
    assert "Question answering" not in table
    assert "  Accuracy" in table

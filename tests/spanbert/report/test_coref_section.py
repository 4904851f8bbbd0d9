"""The section of coreference: measures, recall after pruning, and scores part by part."""

import task_results

from spanbert.report.coref_section import coref_section


def test_the_measures_stand_beside_their_mean_and_dev_beside_test():
    test, figures, seeds = coref_section([task_results.coref()]).tables
    assert test.caption == "Coreference on test, in percent"
    assert test.rows[0] == ("MUC", "81.7", "83.7", "82.7")
    assert test.rows[3] == ("CoNLL F1, their mean", "", "", "77.4")
    mean = sum(float(row[3]) for row in test.rows[:3]) / 3
    assert round(mean, 1) == 77.4
    assert [row[0] for row in test.rows[4:]] == ["CEAF-m", "BLANC", "Mentions"]
    assert figures.heads == ("Figure", "Test", "Dev")
    assert figures.rows[0] == ("CoNLL F1", "77.4", "78.0")
    assert figures.rows[1:] == [("Recall after pruning", "96.0", "96.0"), ("Documents", "9", "9")]
    assert seeds.caption == "Mean ± standard deviation over 3 seeds, in percent"


def test_scores_are_shown_by_size_type_and_length():
    by_size, by_type, by_length = coref_section([task_results.coref()]).breakdowns
    assert by_size.table.rows[1] == ("3–4", "780", "71.0", "79.0", "75.0")
    assert [series.name for series in by_size.chart.series] == ["Recall", "Precision"]
    assert [len(series.bars) for series in by_size.chart.series] == [5, 5]
    assert [row[0] for row in by_type.table.rows] == ["pronoun", "proper name", "nominal"]
    assert by_length.table.rows == [("to 250", "4", "81.2"), ("to 500", "5", "70.9")]


def test_what_says_nothing_new_is_left_out():
    row = task_results.coref()
    row["analysis"]["by_document_length"][1:] = []
    del row["dev"], row["seeds"]
    section = coref_section([row])
    assert [one.heading for one in section.breakdowns] == [
        "By size of the cluster",
        "By type of the mention",
    ]
    assert len(section.tables) == 2
    del row["analysis"]
    assert coref_section([row]).breakdowns == []


def test_it_says_whether_mentions_may_be_alone():
    row = task_results.coref()
    assert "do not count" in coref_section([row]).note
    assert "and count" in coref_section([row | {"singletons": True}]).note


def test_measures_and_parts_are_of_the_first_start():
    rows = task_results.both_starts(task_results.coref(), 12.34)
    section = coref_section(rows)
    assert section.tables[0].rows == coref_section(rows[:1]).tables[0].rows
    assert section.tables[1].heads[:3] == ("Figure", "Test, pre-trained", "Test, random weights")
    assert section.tables[1].rows[0][:3] == ("CoNLL F1", "77.4", "12.3")
    assert section.note.endswith(" Tables and charts that name no start: pre-trained.")

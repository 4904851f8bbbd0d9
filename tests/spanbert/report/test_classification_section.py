"""The sections of GLUE and of relations: figures, labels, and what is taken for what."""

import task_results

from spanbert.report.classification_section import classification_section


def test_figures_of_each_split_stand_side_by_side():
    figures, labels = classification_section("glue", [task_results.glue()]).tables
    assert figures.heads == ("Figure", "Dev", "Mismatched")
    assert figures.rows == [("Accuracy", "87.9", "88.0"), ("Examples", "9,815", "9,832")]
    assert labels.rows[0] == ("neutral", "3,202", "86.0", "89.0", "87.5")
    section = classification_section("relations", [task_results.relations()])
    assert [row[0] for row in section.tables[0].rows] == ["F1", "Recall", "Precision", "Examples"]


def test_many_labels_are_folded_and_the_commonest_come_first():
    section = classification_section("relations", [task_results.relations()])
    confusions, labels = section.details
    assert confusions.rows == [("per:relation_1", "no_relation", "120")]
    assert labels.heads[0] == "Relation"
    counts = [int(row[1].replace(",", "")) for row in labels.rows]
    assert counts == sorted(counts, reverse=True)
    assert section.note == "Settings: metric micro_f1, negative no_relation."


def test_a_model_of_numbers_has_no_labels():
    row = task_results.glue()
    del row["labels"], row["confusions"]
    section = classification_section("glue", [row | {"pearson": 89.9}])
    assert (len(section.tables), section.details) == (1, [])
    assert section.loss_unit == "squared error"
    assert (
        classification_section("glue", [task_results.glue()]).loss_unit == "cross-entropy in nats"
    )


def test_both_starts_stand_side_by_side_and_what_is_of_one_says_so():
    row = task_results.glue()
    row["seeds"] = {"n": 3, "accuracy": {"mean": 87.1, "sd": 0.52}}
    rows = task_results.both_starts(row, 61.23)
    section = classification_section("glue", rows)
    figures, seeds, labels = section.tables
    assert figures.heads[1:] == (
        "Dev, pre-trained",
        "Dev, random weights",
        "Mismatched, pre-trained",
        "Mismatched, random weights",
    )
    assert figures.rows[0] == ("Accuracy", "87.9", "61.2", "88.0", "88.0")
    assert seeds.heads == ("Figure", "Mean, pre-trained", "Mean, random weights")
    assert [line.name for line in section.loss.lines] == ["pre-trained", "random weights"]
    assert labels.rows == classification_section("glue", rows[:1]).tables[-1].rows
    assert section.note == "Settings: task mnli. Tables and charts that name no start: pre-trained."

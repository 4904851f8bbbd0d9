"""Scores of files of relations, with and without other labels."""

import json

import pytest
from relation_example import records, write_lines

from spanbert.errors import DataError
from spanbert.evaluation.relation_files import score_relations


@pytest.fixture
def files(tmp_path):
    """Gold relations, and predictions of which the first nine are wrong."""
    rows = records()
    lines = [
        f"{row['id']}\t{row['relation'] if i >= 9 else 'no_relation'}\n"
        for i, row in enumerate(rows)
    ]
    (tmp_path / "predicted.tsv").write_text("".join(reversed(lines)))
    return write_lines(tmp_path / "gold.jsonl", rows), tmp_path / "predicted.tsv"


def scores(files, **changes):
    return score_relations(*files, **{"metric": "micro_f1", "negative": "no_relation"} | changes)


def test_relations_are_scored_by_id_with_a_table(files):
    found = scores(files)
    assert (found["precision"], found["recall"], found["total"]) == (100, 50, 27)
    assert list(found["relations"]) == ["per:origin", "per:owner"]
    assert found["relations"]["per:owner"]["f1"] == 100
    assert scores(files, metric="accuracy")["accuracy"] == pytest.approx(100 * 18 / 27)


def test_other_labels_are_scored_by(files, tmp_path):
    patch = tmp_path / "patch.json"
    patch.write_text(json.dumps([{"id": f"e{i}", "relation": "no_relation"} for i in range(9)]))
    assert scores(files, patches=(str(patch),))["recall"] == 100
    patch.write_text(json.dumps({"e0": "per:owner", "e10": "per:owner"}))
    found = scores(files, patches=(str(patch),))
    assert (found["recall"], found["total"]) == (50, 2)
    assert (found["patched"], found["changed"]) == (2, 1)


def test_a_negative_label_that_gold_lacks_is_told(files):
    said = []
    scores(files, say=said.append)
    assert not said
    scores(files, negative="none", say=said.append)
    assert "no example of" in said[0]
    assert "'none'" in said[0]


def test_gold_that_is_broken_is_refused(files, tmp_path):
    gold, predicted = files
    rows = [*records(), *({**records()[0], "id": f"x{i}"} for i in range(200)), {"id": "bad"}]
    write_lines(gold, rows)
    with pytest.raises(DataError, match="cannot be scored"):
        scores((gold, predicted))

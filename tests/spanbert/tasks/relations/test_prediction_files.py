"""Files of predictions: three layouts, and no example without a prediction."""

import json

import pytest

from spanbert.errors import DataError
from spanbert.tasks.classification.classifier import Prediction
from spanbert.tasks.relations.prediction_files import read_predicted, write_relations

PREDICTIONS = [
    Prediction("8001", "Cause-Effect(e2,e1)", {"Other": 0.2, "Cause-Effect(e2,e1)": 0.8}),
    Prediction("8002", "Other", {"Other": 0.6, "Cause-Effect(e2,e1)": 0.4}),
]
IDS = ["8001", "8002"]
EXPECTED = {"8001": "Cause-Effect(e2,e1)", "8002": "Other"}


def test_a_name_chooses_the_layout(tmp_path):
    plain, lines = tmp_path / "a.tsv", tmp_path / "a.jsonl"
    write_relations(PREDICTIONS, plain)
    assert plain.read_text() == "8001\tCause-Effect(e2,e1)\n8002\tOther\n"
    write_relations(PREDICTIONS, lines)
    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    assert rows[1] == {
        "id": "8002",
        "relation": "Other",
        "probabilities": PREDICTIONS[1].probabilities,
    }
    assert read_predicted(plain, IDS) == read_predicted(lines, IDS[::-1]) == EXPECTED


def test_lines_without_ids_are_in_the_order_of_the_gold_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Cause-Effect(e2,e1)\nOther\n")
    assert read_predicted(path, IDS) == EXPECTED


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("8001\tOther\n", "1 predictions of 2 examples: '8002' has no prediction"),
        ("Other\n", "1 predictions of 2 examples: '8002' has no prediction"),
        ("a\nb\nc\n", "3 predictions of 2 examples: 'line 3' is no example"),
        ("8001\ta\n8002\tb\n9\tc\n", "3 predictions of 2 examples: '9' is no example"),
        ("8001\ta\n8001\tb\n", "a.tsv:2: id '8001' was there before"),
        ("8001\ta\tb\n", "a.tsv:1: not an id and a relation"),
        ("8001\t\n", "a.tsv:1: not an id and a relation"),
        ('{"id": "8001"}\n', "a.tsv:1: not an id and a relation"),
        ("{\n", "a.tsv:1: not an id and a relation"),
    ],
)
def test_what_cannot_be_scored_is_refused(tmp_path, content, told):
    path = tmp_path / "a.tsv"
    path.write_text(content)
    with pytest.raises(DataError) as refused:
        read_predicted(path, IDS)
    assert told in str(refused.value)

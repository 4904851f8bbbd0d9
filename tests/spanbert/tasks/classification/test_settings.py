"""What is kept beside a model comes back as it was, and nothing else is taken for it."""

import json

import pytest

from spanbert.errors import CheckpointError
from spanbert.tasks.classification.settings import SETTINGS_FILE, read_problem, write_problem
from spanbert.tasks.glue.problem import GlueProblem

PROBLEM = GlueProblem("rte", ("not_entailment", "entailment"), 64)


def test_a_problem_comes_back_with_its_own_order_of_labels(tmp_path):
    write_problem(tmp_path, PROBLEM)
    assert read_problem(tmp_path, GlueProblem) == PROBLEM


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "relations"}, "it was trained for 'relations', not for 'glue'"),
        ({"labels": ["entailment", "neutral"]}, "labels of rte are not"),
        ({"labels": 3}, "TypeError"),
        ({"task": "squad"}, "KeyError"),
        ({"max_length": "long"}, "max_length is 'long'"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, change, told):
    write_problem(tmp_path, PROBLEM)
    path = tmp_path / SETTINGS_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CheckpointError, match="spanbert finetune glue") as refused:
        read_problem(tmp_path, GlueProblem)
    assert told in str(refused.value)


@pytest.mark.parametrize("content", ["", "[]", "{}", '"glue"', "\xff"])
def test_a_file_that_is_none_is_refused(tmp_path, content):
    (tmp_path / SETTINGS_FILE).write_text(content, encoding="latin-1")
    with pytest.raises(CheckpointError, match="cannot be used"):
        read_problem(tmp_path, GlueProblem)

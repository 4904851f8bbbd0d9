"""Files to be submitted: the official layout, there and back."""

import pytest

from spanbert.errors import DataError
from spanbert.tasks.classification.classifier import Prediction
from spanbert.tasks.glue.submission import read_submission, write_submission
from spanbert.tasks.glue.table import TASKS


def test_labels_are_words_and_numbers_stay_on_the_scale(tmp_path):
    path = tmp_path / "RTE.tsv"
    write_submission(
        [Prediction("0", "entailment", {}), Prediction("1", "not_entailment", {})], path
    )
    assert path.read_text() == "index\tprediction\n0\tentailment\n1\tnot_entailment\n"
    assert read_submission(path, TASKS["rte"]) == {"0": "entailment", "1": "not_entailment"}
    write_submission([Prediction(str(i), x, {}) for i, x in enumerate((-0.2, 2.71828, 5.4))], path)
    assert path.read_text() == "index\tprediction\n0\t0.000\n1\t2.718\n2\t5.000\n"
    assert read_submission(path, TASKS["stsb"]) == {"0": 0, "1": 2.718, "2": 5}


@pytest.mark.parametrize(
    ("content", "task", "told"),
    [
        ("", "sst2", "its header is not index, prediction"),
        ("0\t1\n", "sst2", "its header is not index, prediction"),
        ("index\tprediction\n0\n", "sst2", "RTE.tsv:2: not an index and a prediction"),
        ("index\tprediction\n0\tmuch\n", "stsb", "RTE.tsv:2: not an index and a prediction"),
        ("index\tprediction\n0\t2\n", "sst2", "RTE.tsv:2: '2' is no label of SST-2"),
        ("index\tprediction\n0\t1\n0\t0\n", "sst2", "RTE.tsv:3: index 0 was there before"),
    ],
)
def test_what_is_no_submission_is_refused_with_its_place(tmp_path, content, task, told):
    path = tmp_path / "RTE.tsv"
    path.write_text(content)
    with pytest.raises(DataError) as refused:
        read_submission(path, TASKS[task])
    assert told in str(refused.value)

"""GLUE's average, as the paper takes it."""

from statistics import mean

import pytest

from spanbert.evaluation.glue import glue_average
from spanbert.tasks.glue.table import TASKS

# SpanBERT, table 5: MRPC and QQP F1/accuracy, STS-B Pearson/Spearman, MNLI matched/mismatched
ROWS = {
    "Google BERT": "59.3  95.2  88.5/84.3  86.4/88.0  71.2/89.0  86.1/85.7  93.0  71.1",
    "Our BERT": "58.6  93.9  90.1/86.6  88.4/89.1  71.8/89.3  87.2/86.6  93.0  74.7",
    "Our BERT-1seq": "63.5  94.8  91.2/87.8  89.0/88.4  72.1/89.5  88.0/87.4  93.0  72.1",
    "SpanBERT": "64.3  94.8  90.9/87.9  89.9/89.1  71.9/89.5  88.1/87.7  94.3  79.0",
}
AVERAGES = {"Google BERT": 80.4, "Our BERT": 81.1, "Our BERT-1seq": 81.7, "SpanBERT": 82.8}
ORDER = ("cola", "sst2", "mrpc", "stsb", "qqp", "mnli", "qnli", "rte")


@pytest.mark.parametrize("model", ROWS)
def test_trap_25_the_papers_average_counts_the_majority_of_wnli(model):
    cells = [mean(map(float, cell.split("/"))) for cell in ROWS[model].split()]
    scores = dict(zip(ORDER, cells, strict=True))
    assert round(glue_average(scores, TASKS), 1) == pytest.approx(AVERAGES[model])
    without = mean(scores.values())
    assert round(without, 1) != AVERAGES[model]


def test_what_was_not_scored_never_counts_as_zero():
    scores = dict.fromkeys(ORDER, 80.0)
    assert glue_average(scores | {"wnli": 80.0}, TASKS) == 80
    del scores["rte"]
    assert glue_average(scores, TASKS) is None

"""The tasks' figures and settings are those of the paper and of its code."""

from pathlib import Path
from typing import get_args

import pytest

from spanbert.config import parse_config
from spanbert.errors import ConfigError
from spanbert.tasks.glue.config import GlueConfig
from spanbert.tasks.glue.problem import GlueProblem
from spanbert.tasks.glue.table import DIAGNOSTIC, TASKS, TaskName

METRICS = {
    "cola": ("mcc",),
    "sst2": ("accuracy",),
    "mrpc": ("f1", "accuracy"),
    "stsb": ("pearson", "spearman"),
    "qqp": ("f1", "accuracy"),
    **dict.fromkeys(("mnli", "qnli", "rte", "wnli"), ("accuracy",)),
}


def test_there_are_nine_tasks_with_the_papers_metrics():
    assert tuple(TASKS) == get_args(TaskName)
    assert {name: task.metrics for name, task in TASKS.items()} == METRICS
    assert [name for name, task in TASKS.items() if not task.labels] == ["stsb"]
    assert DIAGNOSTIC.labels == TASKS["mnli"].labels


@pytest.mark.parametrize("task", TASKS)
def test_a_task_is_chosen_by_the_mean_of_its_metrics(task):
    problem = GlueProblem(task, TASKS[task].labels, 128)
    gold, predicted = (
        (list("1101"), list("1001")) if task != "stsb" else ([1.0, 2.0, 3.0], [1.0, 3.0, 2.0])
    )
    if "entailment" in problem.labels:
        names = {"1": problem.labels[1], "0": problem.labels[0]}
        gold, predicted = ([names[one] for one in side] for side in (gold, predicted))
    figures = problem.figures(gold, predicted)
    assert tuple(figures) == METRICS[task]
    assert problem.choice(figures) == pytest.approx(sum(figures.values()) / len(figures))
    expected = {"cola": 57.735, "mrpc": (80 + 75) / 2, "qqp": (80 + 75) / 2, "stsb": 50}
    assert problem.choice(figures) == pytest.approx(expected.get(task, 75), abs=1e-3)


def test_files_are_those_of_the_download_unless_named():
    config = GlueConfig(task="mnli", data="data/glue", train=("mine.tsv",))
    assert config.files_of("train") == ("mine.tsv",)
    assert config.files_of("dev") == ("data/glue/MNLI/dev_matched.tsv",)
    assert config.files_of("mismatched") == ("data/glue/MNLI/dev_mismatched.tsv",)
    assert config.files_of("test") == ()
    assert config.files == (
        "mine.tsv",
        "data/glue/MNLI/dev_matched.tsv",
        "data/glue/MNLI/dev_mismatched.tsv",
    )
    assert GlueConfig(task="cola").files == ()
    assert Path(GlueConfig(data="glue").files_of("dev")[0]) == Path("glue/SST-2/dev.tsv")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["glue.task=boolq"], "must be one of 'cola'"),
        (["glue.max_length=7"], "glue.max_length = 7 < 8"),
        (["glue.max_length=513", "glue.data=x"], "exceeds model.max_positions"),
        (["glue.seeds=[1, 2]"], "glue.dev names no file"),
        (["glue.task=stsb", "glue.class_weights=true"], "has no labels"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes, told):
    with pytest.raises(ConfigError) as refused:
        parse_config("", changes)
    assert told in str(refused.value)


def test_dev_may_come_from_the_download():
    glue = parse_config("", ["glue.seeds=[1, 2]", "glue.data=x"]).glue
    assert glue.compares

"""A task of GLUE as a problem of sentence classification."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any, ClassVar

from spanbert.evaluation.classification import accuracy, f1, matthews, pearson, spearman
from spanbert.progress import Say
from spanbert.tasks.classification.features import Inputs, Label
from spanbert.tasks.classification.gold import read_train
from spanbert.tasks.classification.problem import ExampleFile, Problem
from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.glue.config import GlueConfig
from spanbert.tasks.glue.examples import GlueExample, read_glue
from spanbert.tasks.glue.pairs import glue_inputs
from spanbert.tasks.glue.table import TASKS, GlueTask, TaskName
from spanbert.tokenizer.subword import SubwordTokenizer

_METRICS: dict[str, Callable[[Sequence[Label], Sequence[Label]], float]] = {
    "accuracy": accuracy,
    "f1": partial(f1, positive="1"),
    "mcc": matthews,
    "pearson": pearson,
    "spearman": spearman,
}


def glue_figures(
    task: GlueTask, gold: Sequence[Label], predicted: Sequence[Label]
) -> dict[str, float]:
    """The task's metrics, in percent."""
    return {name: _METRICS[name](gold, predicted) for name in task.metrics}


@dataclass(frozen=True)
class GlueProblem(Problem[GlueExample, GlueConfig]):
    """One of GLUE's tasks."""

    kind: ClassVar[str] = "glue"
    decisive: ClassVar[tuple[str, ...]] = ("task",)

    task: TaskName
    labels: tuple[str, ...]
    max_length: int

    @classmethod
    def learn(
        cls, config: GlueConfig, tokenizer: SubwordTokenizer, say: Say
    ) -> "tuple[GlueProblem, ExampleFile[GlueExample]]":
        """The labels are those of the table, in its order; nothing is learnt from files."""
        train = read_train(cls, config, say)
        return cls(config.task, TASKS[config.task].labels, config.max_length), train

    @classmethod
    def restored(cls, values: Mapping[str, Any]) -> "GlueProblem":
        """What was kept as JSON; the order of its labels counts, not that of the table."""
        task, labels, max_length = values["task"], tuple(values["labels"]), values["max_length"]
        if sorted(labels) != sorted(TASKS[task].labels):
            raise ValueError(f"labels of {task} are not {labels}")
        if type(max_length) is not int:
            raise TypeError(f"max_length is {max_length!r}")
        return cls(task, labels, max_length)

    @classmethod
    def read(cls, path: Path, config: GlueConfig) -> ExampleFile[GlueExample]:
        """As `read_glue`."""
        return read_glue(path, TASKS[config.task])

    def inputs(self, examples: Sequence[GlueExample], encoder: TextEncoder) -> Inputs:
        """As `glue_inputs`."""
        return glue_inputs(examples, encoder, self.max_length, self.labels)

    def figures(self, gold: Sequence[Label], predicted: Sequence[Label]) -> dict[str, float]:
        """As `glue_figures`."""
        return glue_figures(TASKS[self.task], gold, predicted)

    def choice(self, figures: Mapping[str, float]) -> float:
        """The mean of the task's metrics, by which the published code chooses."""
        return mean(figures[name] for name in TASKS[self.task].metrics)

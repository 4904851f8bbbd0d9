"""The tasks of GLUE (Wang et al., 2019): their files, columns, labels and metrics in one table."""

from dataclasses import dataclass
from typing import Literal

TaskName = Literal["cola", "sst2", "mrpc", "stsb", "qqp", "mnli", "qnli", "rte", "wnli"]

_ZERO_ONE = ("0", "1")
_PAIR = ("sentence1", "sentence2")


@dataclass(frozen=True)
class GlueTask:
    """How a task's files are read and its predictions are scored."""

    folder: str  # in GLUE's download
    texts: tuple[str, ...]  # columns with its one or two texts
    label: str  # the column with the label
    labels: tuple[str, ...]  # as its files write them; none: a number is predicted
    metrics: tuple[str, ...]  # as the paper reports them; models are chosen by their mean
    index: str = "index"  # the column that numbers rows, where a file has it
    scale: tuple[float, float] = (0.0, 5.0)  # of a number, both ends included
    headless: tuple[str, ...] = ()  # columns of a file that does not name them
    dev: tuple[str, ...] = ("dev.tsv",)
    mismatched: tuple[str, ...] = ()  # a second dev set, which chooses nothing

    def files_of(self, split: str) -> tuple[str, ...]:
        """Names of a split's labelled files in the folder; GLUE publishes no labels of test."""
        return {"train": ("train.tsv",), "dev": self.dev, "mismatched": self.mismatched}.get(
            split, ()
        )


_MNLI = GlueTask(
    "MNLI",
    _PAIR,
    "gold_label",
    ("contradiction", "entailment", "neutral"),
    ("accuracy",),
    dev=("dev_matched.tsv",),
    mismatched=("dev_mismatched.tsv",),
)
_QUORA = ("question1", "question2")
_ENTAILMENT = ("entailment", "not_entailment")

TASKS: dict[TaskName, GlueTask] = {
    "cola": GlueTask(
        "CoLA",
        ("sentence",),
        "label",
        _ZERO_ONE,
        ("mcc",),
        headless=("source", "label", "mark", "sentence"),
    ),
    "sst2": GlueTask("SST-2", ("sentence",), "label", _ZERO_ONE, ("accuracy",)),
    "mrpc": GlueTask("MRPC", ("#1 String", "#2 String"), "Quality", _ZERO_ONE, ("f1", "accuracy")),
    "stsb": GlueTask("STS-B", _PAIR, "score", (), ("pearson", "spearman")),
    "qqp": GlueTask("QQP", _QUORA, "is_duplicate", _ZERO_ONE, ("f1", "accuracy"), index="id"),
    "mnli": _MNLI,
    "qnli": GlueTask("QNLI", ("question", "sentence"), "label", _ENTAILMENT, ("accuracy",)),
    "rte": GlueTask("RTE", _PAIR, "label", _ENTAILMENT, ("accuracy",)),
    "wnli": GlueTask("WNLI", _PAIR, "label", _ZERO_ONE, ("accuracy",)),
}
# the diagnostic set with its labels; a model of MNLI predicts it
DIAGNOSTIC = GlueTask("diagnostic", ("Premise", "Hypothesis"), "Label", _MNLI.labels, ("mcc",))

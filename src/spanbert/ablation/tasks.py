"""The tasks that an ablation can fine-tune on, and what its table shows of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AblationTask:
    """Which figures a task gives and where the paper has the like."""

    title: str
    score: str  # the figure that rows are compared by, in percent
    score_name: str
    beside: str  # a second figure, shown without a test
    beside_name: str
    paper_column: str  # of Tables 6 and 7


TASKS = {
    "qa": AblationTask("Question answering", "f1", "F1", "exact_match", "exact match", "SQuAD 2.0"),
}

"""Settings of GLUE's tasks."""

from dataclasses import dataclass
from typing import ClassVar

from spanbert.tasks.classification.config import ClassificationConfig
from spanbert.tasks.glue.table import TASKS, TaskName
from spanbert.validation import require


@dataclass(frozen=True)
class GlueConfig(ClassificationConfig):
    """One task of GLUE (SpanBERT, section 4.1)."""

    section: ClassVar[str] = "glue"
    splits: ClassVar[tuple[str, ...]] = (*ClassificationConfig.splits, "mismatched")

    task: TaskName = "sst2"
    data: str = ""  # GLUE's download, a folder for each task: what train and dev do not name
    mismatched: tuple[str, ...] = ()  # MNLI's second dev set: scored, chooses nothing

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            not self.class_weights or bool(TASKS[self.task].labels),
            f"glue.class_weights = true, and glue.task = {self.task!r} has no labels",
        )

    @property
    def scored(self) -> tuple[str, ...]:
        """Test, dev, and the second dev set of MNLI."""
        return (*super().scored, "mismatched")

    def files_of(self, split: str) -> tuple[str, ...]:
        """The files that are named, else those in `data`."""
        named = super().files_of(split)
        if named or not self.data:
            return named
        task = TASKS[self.task]
        return tuple(f"{self.data}/{task.folder}/{name}" for name in task.files_of(split))

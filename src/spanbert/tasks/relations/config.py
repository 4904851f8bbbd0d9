"""Settings of relation extraction."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from spanbert.tasks.classification.config import ClassificationConfig

Showing = Literal["ner", "text", "text_ner", "ner_text", "typed_markers"]
Metric = Literal["micro_f1", "semeval", "accuracy"]


@dataclass(frozen=True)
class RelationConfig(ClassificationConfig):
    """The relation between two entities of a sentence (SpanBERT, section 4.1)."""

    section: ClassVar[str] = "relations"
    splits: ClassVar[tuple[str, ...]] = (*ClassificationConfig.splits, "patches")

    entities: Showing = "ner"  # how they are shown to the model: `showing.py` has each of them
    metric: Metric = "micro_f1"  # by which models are chosen and scored
    negative: str = "no_relation"  # the label of what is none, which micro_f1 and semeval leave out
    patches: tuple[str, ...] = ()  # files of TACREV or Re-TACRED with other labels

    @property
    def corrections(self) -> tuple[str, ...]:
        """The patches, which change labels of every split."""
        return ("patches",)

"""Settings that all kinds of sentence classification share."""

from dataclasses import dataclass

from spanbert.tasks.config import RecipeConfig
from spanbert.validation import require

_SHORTEST = 8  # pieces: the special tokens and a few of the text


@dataclass(frozen=True)
class ClassificationConfig(RecipeConfig):
    """How sentences are classified (SpanBERT, section 4.1 and appendix B)."""

    epochs: int = 10
    train: tuple[str, ...] = ()  # files of examples, plain or compressed
    dev: tuple[str, ...] = ()  # chooses settings and weights
    test: tuple[str, ...] = ()  # with labels; scored once, with what dev chose
    max_length: int = 128  # pieces of an example, special tokens included
    class_weights: bool = False  # in training, each label's examples weigh as much together

    def __post_init__(self) -> None:
        super().__post_init__()
        place = f"{self.section}.max_length = {self.max_length}"
        require(self.max_length >= _SHORTEST, f"{place} < {_SHORTEST}")
        self.require_dev(self.files_of("dev"))

    @property
    def scored(self) -> tuple[str, ...]:
        """The splits that a model is scored on, the one that is reported first before the others.

        Dev comes behind test, which has chosen nothing.
        """
        return "test", "dev"

    @property
    def corrections(self) -> tuple[str, ...]:
        """Settings whose files say what examples are in place of their own."""
        return ()

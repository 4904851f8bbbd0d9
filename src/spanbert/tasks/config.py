"""Settings of fine-tuning: what all tasks share, and what each has besides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from spanbert.validation import require


@dataclass(frozen=True)
class RecipeConfig:
    """How a task is optimised, and over what the best is searched (SpanBERT, appendix B)."""

    section: ClassVar[str] = "recipe"  # its name in the settings
    splits: ClassVar[tuple[str, ...]] = ("train", "dev", "test")  # settings that name files
    length: ClassVar[str] = "max_length"  # the setting of how much the encoder reads at once
    grid: ClassVar[Mapping[str, str]] = {  # a list -> what each of its values stands for
        "learning_rates": "learning_rate",
        "batch_sizes": "batch_size",
        "epoch_counts": "epochs",
    }
    least: ClassVar[Mapping[str, int]] = {  # of a setting, or of each value in a list
        "learning_rate": 0,
        "evaluations_per_epoch": 0,
        "patience": 0,
        "seeds": 0,
        "epochs": 1,
        "batch_size": 1,
        "weight_decay": 0,
        "warmup_fraction": 0,
    }

    epochs: int = 4
    batch_size: int = 32  # features: windows, sentence pairs, documents
    learning_rate: float = 2e-5  # at its peak
    learning_rates: tuple[float, ...] = ()  # a grid with the two below; empty: the value above
    batch_sizes: tuple[int, ...] = ()
    epoch_counts: tuple[int, ...] = ()
    seeds: tuple[int, ...] = ()  # the best setting is trained with each; empty: run.seed alone
    warmup_fraction: float = 0.1  # of the steps
    weight_decay: float = 0.01  # of matrices and tables; not of biases and layer norms
    max_grad_norm: float = 1.0
    evaluations_per_epoch: int = 0  # of dev, whose best weights are kept; 0: the last are
    patience: int = 0  # evaluations without a better one that end training; 0: none does

    def __post_init__(self) -> None:
        of_lists = {many: self.least[one] for many, one in self.grid.items()}
        for name, low in {**self.least, **of_lists}.items():
            found = getattr(self, name)
            values = found if isinstance(found, tuple) else (found,)
            for value in values:
                place = f"{self.section}.{name}"
                require(value >= low, f"{place} = {value} < {low}")
                require(values.count(value) == 1, f"{place} has {value} more than once")
        place = f"{self.section}.warmup_fraction = {self.warmup_fraction}"
        require(self.warmup_fraction <= 1, f"{place} must be in [0, 1]")
        norm = f"{self.section}.max_grad_norm = {self.max_grad_norm}"
        require(self.max_grad_norm > 0, f"{norm} must be above 0")
        require(
            self.patience == 0 or self.evaluations_per_epoch > 0,
            f"{self.section}.patience = {self.patience} counts evaluations, and"
            f" {self.section}.evaluations_per_epoch = 0",
        )

    @property
    def compares(self) -> bool:
        """Whether several trainings or moments of one are compared, on dev."""
        several = any(len(getattr(self, name)) > 1 for name in (*self.grid, "seeds"))
        return several or self.evaluations_per_epoch > 0

    @property
    def longest(self) -> tuple[str, int]:
        """The full name of the setting `length`, and its value: pieces, with special tokens."""
        return f"{self.section}.{self.length}", getattr(self, self.length)

    @property
    def files(self) -> tuple[str, ...]:
        """All that is read of examples."""
        return tuple(name for split in self.splits for name in self.files_of(split))

    def files_of(self, split: str) -> tuple[str, ...]:
        """The files of a split; none where no file is named."""
        return getattr(self, split)

    def require_dev(self, files: tuple[str, ...]) -> None:
        """Refuse to compare on nothing.

        Raises:
            ConfigError: there is no dev file, and something would be compared on it.
        """
        require(
            bool(files) or not self.compares,
            f"{self.section}.dev names no file, and a grid, seeds and evaluations are compared on"
            " dev",
        )


@dataclass(frozen=True)
class QAConfig(RecipeConfig):
    """Extractive question answering (SpanBERT, section 4.1 and appendix B)."""

    section: ClassVar[str] = "qa"

    train: tuple[str, ...] = ()  # files of questions, plain or compressed
    dev: tuple[str, ...] = ()  # chooses settings, weights and the threshold of having no answer
    test: tuple[str, ...] = ()  # scored once, with what dev chose
    halve_dev: bool = False  # each dev file is halved into dev and test by question id
    max_length: int = 512  # pieces of one window, question and special tokens included
    window_step: int = 128  # pieces from one window's start to the next one's
    max_question_pieces: int = 64
    passage_first: bool = False  # the paper's order; the official code has the question first
    num_best: int = 20  # starts and ends considered for each window
    max_answer_pieces: int = 30

    def __post_init__(self) -> None:
        super().__post_init__()
        room = self.max_length - self.max_question_pieces - 3  # [CLS] question [SEP] context [SEP]
        require(
            room >= 8,
            f"qa.max_length = {self.max_length} leaves {room} pieces for the passage beside"
            f" qa.max_question_pieces = {self.max_question_pieces}",
        )
        for name in ["window_step", "num_best", "max_answer_pieces"]:
            require(getattr(self, name) >= 1, f"qa.{name} = {getattr(self, name)} < 1")
        self.require_dev(self.dev)
        require(
            not (self.halve_dev and self.test),
            "qa.halve_dev = true makes a test set of the dev files, and qa.test names another",
        )


@dataclass(frozen=True)
class CorefConfig(RecipeConfig):
    """Coreference resolution (Joshi et al., 2019; SpanBERT, section 4.1 and appendix B).

    The defaults are those of the published base model. The encoder has the learning rate, warm-up
    and decay of every recipe; the layers above it have `task_learning_rate`, and neither of both.
    """

    section: ClassVar[str] = "coref"
    length: ClassVar[str] = "segment_length"
    grid: ClassVar[Mapping[str, str]] = {
        **RecipeConfig.grid,
        "task_learning_rates": "task_learning_rate",
    }
    least: ClassVar[Mapping[str, int]] = {
        **RecipeConfig.least,
        "segment_length": 8,
        "task_learning_rate": 0,
        "refinement_rounds": 0,
        "carried_spans": 0,
        **dict.fromkeys(("max_training_segments", "max_span_width", "max_spans"), 1),
        **dict.fromkeys(("max_antecedents", "ffnn_size", "feature_size", "window_pieces"), 1),
    }

    most: ClassVar[Mapping[str, int]] = {  # far above what is of use, and still within memory
        "max_span_width": 1000,
        "ffnn_size": 100_000,
        "feature_size": 10_000,
    }

    train: tuple[str, ...] = ()  # files of documents, plain or compressed
    dev: tuple[str, ...] = ()  # chooses settings and weights, by the average F1
    test: tuple[str, ...] = ()  # scored once, with what dev chose
    singletons: bool = False  # clusters of one mention are learnt, predicted and scored
    epochs: int = 20
    batch_size: int = 1  # documents
    task_learning_rate: float = 1e-4  # at its peak, which is the first step
    task_learning_rates: tuple[float, ...] = ()  # of the grid
    segment_length: int = 384  # pieces that the encoder reads at once, special tokens included
    overlap: bool = False  # pieces are read again, in segments from middle to middle of the others
    max_training_segments: int = 3  # of a step; of a longer document another run at each
    max_span_width: int = 30  # pieces of a mention
    span_ratio: float = 0.4  # spans that are kept, for each piece
    max_spans: int = 3900  # kept at most, of a document or of a window
    max_antecedents: int = 50  # scored in full, for each span that is kept
    ffnn_size: int = 3000
    feature_size: int = 20  # of the embeddings of widths, distances, speakers, genres
    head_dropout: float = 0.3
    refinement_rounds: int = 0  # higher order: spans mixed with their antecedents; the paper has 1
    window_pieces: int = 8192  # a longer document is resolved window by window
    carried_spans: int = 1000  # last spans of earlier windows that may still be antecedents

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, high in self.most.items():
            found = getattr(self, name)
            require(found <= high, f"coref.{name} = {found} > {high}")
        require(0 < self.span_ratio <= 1, f"coref.span_ratio = {self.span_ratio} must be in (0, 1]")
        require(
            0 <= self.head_dropout < 1,
            f"coref.head_dropout = {self.head_dropout} must be in [0, 1)",
        )
        self.require_dev(self.dev)

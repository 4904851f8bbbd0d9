"""Settings of fine-tuning: what all tasks share, and what question answering has besides."""

from dataclasses import dataclass
from typing import ClassVar

from spanbert.validation import require

# a list of the grid -> what each of its values stands for
GRID = {"learning_rates": "learning_rate", "batch_sizes": "batch_size", "epoch_counts": "epochs"}


@dataclass(frozen=True)
class RecipeConfig:
    """How a task is optimised, and over what the best is searched (SpanBERT, appendix B)."""

    section: ClassVar[str] = "recipe"  # its name in the settings
    splits: ClassVar[tuple[str, ...]] = ("train", "dev", "test")  # settings that name files

    epochs: int = 4
    batch_size: int = 32  # features: windows, sentence pairs
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
        least = {"learning_rate": 0, "evaluations_per_epoch": 0, "patience": 0, "seeds": 0}
        least |= {"epochs": 1, "batch_size": 1, "weight_decay": 0, "warmup_fraction": 0}
        least |= {many: least[one] for many, one in GRID.items()}
        for name, low in least.items():
            found = getattr(self, name)
            values = found if isinstance(found, tuple) else (found,)
            for value in values:
                place = f"{self.section}.{name}"
                require(value >= low, f"{place} = {value} < {low}")
                require(values.count(value) == 1, f"{place} has {value} more than once")
        place = f"{self.section}.warmup_fraction = {self.warmup_fraction}"
        require(self.warmup_fraction <= 1, f"{place} must be in [0, 1]")
        require(self.max_grad_norm > 0, f"{self.section}.max_grad_norm must be above 0")
        require(
            self.patience == 0 or self.evaluations_per_epoch > 0,
            f"{self.section}.patience = {self.patience} counts evaluations, and"
            f" {self.section}.evaluations_per_epoch = 0",
        )

    @property
    def compares(self) -> bool:
        """Whether several trainings or moments of one are compared, on dev."""
        several = any(len(getattr(self, name)) > 1 for name in (*GRID, "seeds"))
        return several or self.evaluations_per_epoch > 0

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

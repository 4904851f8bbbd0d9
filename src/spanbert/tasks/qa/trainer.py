"""One recipe and one seed -> a question answering model in a folder, and its score on dev."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanbert.model.config import ModelConfig
from spanbert.model.published import write_folder
from spanbert.progress import LogMetrics, Say
from spanbert.tasks.config import QAConfig
from spanbert.tasks.finetune import finetune
from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.features import Window
from spanbert.tasks.qa.gold import read_split
from spanbert.tasks.qa.head import QuestionAnsweringModel
from spanbert.tasks.qa.predict import QuestionAnswerer, write_decoding
from spanbert.tasks.qa.scoring import Choice, allow_none, choose_by_dev, score_files
from spanbert.tasks.search import Trained
from spanbert.tasks.start import started
from spanbert.tasks.task import preferred_device
from spanbert.tokenizer.subword import load_tokenizer

# the official script's own, for what has learnt from impossible questions and has no dev set
_THRESHOLD_WITHOUT_DEV = 0.0


class QATrainer:
    """Question answering's part of a search (`tasks/search.py`).

    Args:
        start: a Hugging Face folder whose encoder is taken; without one, weights are fresh.
        tokenizer: a folder with a vocabulary.
        sizes: of the model.
        questions: to train on.
        config: names the dev and test files; how to optimise is said for each training.

    Raises:
        DataError: a dev file cannot be used.
    """

    def __init__(
        self,
        start: Path | None,
        tokenizer: Path,
        sizes: ModelConfig,
        questions: Sequence[Question],
        config: QAConfig,
        *,
        say: Say,
        log: LogMetrics,
    ) -> None:
        self._start, self._tokenizer, self._sizes = start, tokenizer, sizes
        self._questions, self._config = questions, config
        self._say, self._log = say, log
        self._dev = read_split(config, "dev", say)
        self._windows: Sequence[Window] | None = None

    def train(self, recipe: QAConfig, seed: int, folder: Path, first_step: int) -> Trained:
        """As `search.Trainer`.

        Raises:
            NumericsError: training diverged.
        """
        network = started(QuestionAnsweringModel(self._sizes), self._start, seed)
        vocabulary = load_tokenizer(self._tokenizer)
        answerer = QuestionAnswerer(network.to(preferred_device()), vocabulary, recipe)
        windows = self._windows_by(answerer)
        choices: list[Choice] = []

        def evaluate() -> float:
            choices.append(choose_by_dev(answerer, self._dev))
            return choices[-1].score

        found = finetune(
            answerer,
            windows,
            recipe,
            seed,
            evaluate=evaluate,
            say=self._say,
            log=lambda step, metrics: self._log(first_step + step, metrics),
        )
        # the first of the best is whose weights were kept
        score, threshold = (
            max(choices, key=lambda one: one.score) if choices else self._choice(answerer)
        )
        state = network.state_dict()
        write_folder(folder, state, self._sizes, "BertForQuestionAnswering", self._tokenizer)
        write_decoding(folder, recipe, threshold)
        facts: dict[str, Any] = {"curve": found.curve, "dev_curve": found.dev_curve}
        facts |= {"num_windows": len(windows), "null_threshold": threshold}
        return Trained(score, len(found.curve), facts)

    def scores(self, model: Path) -> dict[str, Any]:
        """Exact match and F1 of a trained model on dev, and on test where there is one."""
        answerer = QuestionAnswerer.load(model)
        files = {"dev": self._dev, "test": read_split(self._config, "test")}
        return {name: score_files(answerer, some).figures for name, some in files.items() if some}

    def _windows_by(self, answerer: QuestionAnswerer) -> Sequence[Window]:
        """The windows to train on: made once, for all trainings."""
        if self._windows is None:
            self._windows = answerer.features(self._questions)
            self._say(f"{len(self._questions)} questions in {len(self._windows)} windows")
        return self._windows

    def _choice(self, answerer: QuestionAnswerer) -> tuple[float | None, float | None]:
        """Score on dev and no-answer threshold; dev is asked only where something depends on it."""
        if self._config.compares or allow_none(self._dev):
            return choose_by_dev(answerer, self._dev)
        has_learnt_none = not self._dev and allow_none([self._questions])
        return None, _THRESHOLD_WITHOUT_DEV if has_learnt_none else None

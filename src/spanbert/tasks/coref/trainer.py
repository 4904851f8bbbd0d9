"""One recipe and one seed -> a coreference model in a folder, and its score on dev."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from spanbert.corpus.optional import optional_import
from spanbert.model.config import ModelConfig
from spanbert.model.published import write_folder
from spanbert.progress import LogMetrics, Say
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.document import CorefDocument
from spanbert.tasks.coref.model import CorefModel
from spanbert.tasks.coref.resolver import CoreferenceResolver
from spanbert.tasks.coref.scoring import score_documents
from spanbert.tasks.coref.segments import SegmentedDocument, segmented
from spanbert.tasks.coref.settings import write_settings
from spanbert.tasks.coref.splits import read_split
from spanbert.tasks.finetune import finetune
from spanbert.tasks.search import Trained
from spanbert.tasks.start import started
from spanbert.tasks.task import preferred_device
from spanbert.tokenizer.subword import load_tokenizer


class CorefTrainer:
    """Coreference resolution's part of a search (`tasks/search.py`).

    Args:
        start: a Hugging Face folder whose encoder is taken; without one, weights are fresh.
        tokenizer: a folder with a vocabulary.
        sizes: of the encoder.
        documents: to train on.
        config: names the dev and test files; how to optimise is said for each training.

    Raises:
        DataError: a dev file cannot be used.
        DependencyError: there is one, and SciPy, which scores it, is not installed.
    """

    def __init__(
        self,
        start: Path | None,
        tokenizer: Path,
        sizes: ModelConfig,
        documents: Sequence[CorefDocument],
        config: CorefConfig,
        *,
        say: Say,
        log: LogMetrics,
    ) -> None:
        self._start, self._tokenizer, self._sizes = start, tokenizer, sizes
        self._documents, self._config = documents, config
        self._say, self._log = say, log
        self._dev = read_split(config, "dev", say)
        if self._dev:
            optional_import("scipy.optimize", "coref")  # missing, it is told before training

    def train(self, recipe: CorefConfig, seed: int, folder: Path, first_step: int) -> Trained:
        """As `search.Trainer`.

        Raises:
            NumericsError: training diverged.
        """
        network = started(CorefModel(self._sizes, recipe), self._start, seed)
        vocabulary = load_tokenizer(self._tokenizer)
        resolver = CoreferenceResolver(network.to(preferred_device()), vocabulary, recipe)
        found = finetune(
            resolver,
            self._features,
            recipe,
            seed,
            evaluate=(lambda: self._score(resolver)) if self._dev else None,
            say=self._say,
            log=lambda step, metrics: self._log(first_step + step, metrics),
        )
        score = found.best_score
        if score is None and self._dev:
            score = self._score(resolver)
        state = network.state_dict()
        write_folder(folder, state, self._sizes, "BertModel", self._tokenizer)
        write_settings(folder, recipe)
        facts: dict[str, Any] = {"curve": found.curve, "dev_curve": found.dev_curve}
        return Trained(
            score, len(found.curve), facts | {"num_segments": _num_segments(self._features)}
        )

    def scores(self, model: Path) -> dict[str, Any]:
        """The scores of a trained model on dev, and on test where there is one."""
        resolver = CoreferenceResolver.load(model)
        splits = {"dev": self._dev, "test": read_split(self._config, "test")}
        return {
            name: score_documents(resolver, some).figures for name, some in splits.items() if some
        }

    @cached_property
    def _features(self) -> list[SegmentedDocument]:
        """What is trained on: made once, for all trainings."""
        features = segmented(self._documents, load_tokenizer(self._tokenizer), self._config)
        self._say(f"{len(features)} documents in {_num_segments(features)} segments")
        return features

    def _score(self, resolver: CoreferenceResolver) -> float:
        """The average F1 on dev."""
        return score_documents(resolver, self._dev).figures["conll_f1"]


def _num_segments(documents: Sequence[SegmentedDocument]) -> int:
    return sum(len(document.segments) for document in documents)

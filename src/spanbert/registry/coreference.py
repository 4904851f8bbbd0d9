"""How MLflow loads a coreference model: the `loader_module` of its MLmodel file."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spanbert.corpus.sentence_rules import SENTENCE_RULES
from spanbert.errors import DataError
from spanbert.registry.deadline import Clock, check_time, time_limit
from spanbert.registry.limits import Limits
from spanbert.registry.refusals import told_to_client
from spanbert.registry.rows import texts_of
from spanbert.tasks.coref.predict import clusters_in_text
from spanbert.tasks.coref.resolver import CoreferenceResolver


class CoreferenceModel:
    """Takes rows of text; gives for each the clusters of mentions in it.

    Args:
        resolver: its model calls `check_time` before each window from now on.
        clock: tells the time that a request takes.
    """

    def __init__(
        self, resolver: CoreferenceResolver, limits: Limits, clock: Clock = time.monotonic
    ) -> None:
        self._resolver, self._limits, self._clock = resolver, limits, clock
        resolver.model.encoder.register_forward_pre_hook(check_time)

    def predict(
        self, model_input: Any, params: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Resolve each row.

        Args:
            model_input: a DataFrame, or a list of dicts, with the column text.
            params: `language`, by whose rules sentences are told apart.

        Returns:
            For each row clusters: lists of mentions with text, start and end (character offsets in
            the row's text).

        Raises:
            RequestError: the column is missing, a limit is passed, or the model fails.
        """
        with told_to_client(), time_limit(self._limits.timeout_s, self._clock):
            language = _language((params or {}).get("language", "en"))
            texts = texts_of(model_input, ("text",), self._limits)
            return [self._resolved(text, language) for (text,) in texts]

    def _resolved(self, text: str, language: str) -> dict[str, Any]:
        check_time()
        return {"clusters": clusters_in_text(self._resolver.resolve(text, language).document)}


def _language(name: Any) -> str:
    if name not in SENTENCE_RULES:
        known = ", ".join(SENTENCE_RULES)
        raise DataError("language is not a known one", remedy=f"pass one of {known}")
    return name


def _load_pyfunc(data_path: str, model_config: Mapping[str, Any] | None = None) -> CoreferenceModel:
    """Called by MLflow with the folder of the model's files, and the limits if they were saved."""
    return CoreferenceModel(CoreferenceResolver.load(Path(data_path)), Limits.of(model_config))

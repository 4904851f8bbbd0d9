"""A registered classifier: rows -> examples -> labels with their probability, or numbers.

What a row holds is the affair of `glue.py` and `relations.py`, which MLflow loads.
"""

import time
from collections.abc import Callable
from typing import Any, Generic

from spanbert.registry.deadline import Clock, check_time, time_limit
from spanbert.registry.limits import Limits
from spanbert.registry.refusals import told_to_client
from spanbert.tasks.classification.classifier import Classifier, Prediction
from spanbert.tasks.classification.problem import ExampleT


class ServedClassifier(Generic[ExampleT]):
    """Takes rows; gives for each the label that is most probable, or a number.

    Args:
        classifier: its model calls `check_time` before each batch from now on.
        examples_of: the examples that rows are; a DataError tells what they lack.
        clock: tells the time that a request takes.
    """

    def __init__(
        self,
        classifier: Classifier[ExampleT],
        examples_of: Callable[[Any, Limits], list[ExampleT]],
        limits: Limits,
        clock: Clock = time.monotonic,
    ) -> None:
        self._classifier, self._examples_of = classifier, examples_of
        self._limits, self._clock = limits, clock
        classifier.model.encoder.register_forward_pre_hook(check_time)

    def predict(self, model_input: Any) -> list[dict[str, Any]]:
        """Classify each row.

        Args:
            model_input: a DataFrame, or a list of dicts, with the columns of the task.

        Returns:
            For each row label, its probability, and the probabilities of all labels by name; or
            number alone, where the model predicts one.

        Raises:
            RequestError: a row cannot be used, a limit is passed, or the model fails.
        """
        with told_to_client(), time_limit(self._limits.timeout_s, self._clock):
            examples = self._examples_of(model_input, self._limits)
            return [_row(prediction) for prediction in self._classifier.predictions(examples)]


def _row(prediction: Prediction) -> dict[str, Any]:
    shares, label = prediction.probabilities, prediction.label
    if not isinstance(label, str):
        return {"number": label}
    return {"label": label, "probability": shares[label], "probabilities": shares}

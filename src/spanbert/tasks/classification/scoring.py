"""A model and labelled examples -> what it says of each, and how good that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic

from spanbert.tasks.classification.classifier import Classifier, Prediction
from spanbert.tasks.classification.features import Inputs, Label
from spanbert.tasks.classification.problem import ExampleT


@dataclass(frozen=True)
class Scored(Generic[ExampleT]):
    """Examples with a label and a prediction for each, in order."""

    classifier: Classifier[ExampleT]
    inputs: Inputs
    predictions: list[Prediction]

    @property
    def gold(self) -> Sequence[Label]:
        """The label of each example."""
        return [label for label in self.inputs.labels if label is not None]

    @property
    def predicted(self) -> Sequence[Label]:
        """The predicted label of each example."""
        return [prediction.label for prediction in self.predictions]

    @property
    def figures(self) -> dict[str, float]:
        """The problem's own, in percent."""
        return self.classifier.problem.figures(self.gold, self.predicted)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each example's labels, without its texts."""
        return [
            {
                "id": prediction.id,
                "gold": label,
                "predicted": prediction.label,
                "probability": prediction.probabilities.get(str(prediction.label)),
            }
            for label, prediction in zip(self.gold, self.predictions, strict=True)
        ]


def score(classifier: Classifier[ExampleT], inputs: Inputs) -> Scored[ExampleT]:
    """Ask the model about all examples.

    Args:
        inputs: each with a label.

    Raises:
        NumericsError: an output is not finite.
    """
    return Scored(classifier, inputs, classifier.predictions_of(inputs))

"""How MLflow loads a relation model: the `loader_module` of its MLmodel file."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from spanbert.errors import DataError
from spanbert.registry.classification import ServedClassifier
from spanbert.registry.limits import Limits
from spanbert.registry.rows import texts_of
from spanbert.tasks.classification.classifier import Classifier
from spanbert.tasks.classification.settings import read_problem
from spanbert.tasks.relations.examples import RelationExample
from spanbert.tasks.relations.marked_sentence import read_marked_sentence
from spanbert.tasks.relations.problem import RelationProblem
from spanbert.tasks.relations.types import with_types


def _examples_of(
    problem: RelationProblem, model_input: Any, limits: Limits
) -> list[RelationExample]:
    """The examples that rows of marked sentences are."""
    rows = texts_of(model_input, ("sentence",), limits)
    return [_example(marked, number, problem) for number, (marked,) in enumerate(rows)]


def _example(marked: str, number: int, problem: RelationProblem) -> RelationExample:
    try:
        return with_types(read_marked_sentence(marked, str(number)), problem)
    except DataError as error:
        place = f"sentence of row {number}"
        raise DataError(error.cause, place=place, remedy=error.remedy) from error


def _load_pyfunc(
    data_path: str, model_config: Mapping[str, Any] | None = None
) -> ServedClassifier[RelationExample]:
    """Called by MLflow with the folder of the model's files, and the limits if they were saved."""
    folder = Path(data_path)
    classifier = Classifier.load(folder, RelationProblem)
    examples_of = partial(_examples_of, read_problem(folder, RelationProblem))
    return ServedClassifier(classifier, examples_of, Limits.of(model_config))

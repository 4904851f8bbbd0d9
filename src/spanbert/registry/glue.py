"""How MLflow loads a model of a GLUE task: the `loader_module` of its MLmodel file."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from spanbert.registry.classification import ServedClassifier
from spanbert.registry.limits import Limits
from spanbert.registry.rows import texts_of
from spanbert.registry.signatures import GLUE_COLUMNS
from spanbert.tasks.classification.classifier import Classifier
from spanbert.tasks.classification.settings import read_problem
from spanbert.tasks.glue.examples import GlueExample
from spanbert.tasks.glue.problem import GlueProblem
from spanbert.tasks.glue.table import TASKS


def _examples_of(num_texts: int, model_input: Any, limits: Limits) -> list[GlueExample]:
    """The examples in rows of one or two texts, as the task has them."""
    rows = texts_of(model_input, GLUE_COLUMNS[:num_texts], limits)
    return [GlueExample(str(number), texts) for number, texts in enumerate(rows)]


def _load_pyfunc(
    data_path: str, model_config: Mapping[str, Any] | None = None
) -> ServedClassifier[GlueExample]:
    """Called by MLflow with the folder of the model's files, and the limits if they were saved."""
    folder = Path(data_path)
    num_texts = len(TASKS[read_problem(folder, GlueProblem).task].texts)
    classifier = Classifier.load(folder, GlueProblem)
    return ServedClassifier(classifier, partial(_examples_of, num_texts), Limits.of(model_config))

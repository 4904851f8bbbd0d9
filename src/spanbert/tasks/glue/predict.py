"""A model of a GLUE task + texts, or a file of its test set -> predictions."""

from pathlib import Path

from spanbert.errors import DataError
from spanbert.tasks.classification.classifier import Classifier, Prediction
from spanbert.tasks.distinct import require_distinct
from spanbert.tasks.glue.examples import GlueExample, read_unlabelled
from spanbert.tasks.glue.problem import GlueProblem
from spanbert.tasks.glue.submission import write_submission
from spanbert.tasks.glue.table import TASKS, GlueTask


def classify_text(model: Path, text: str, pair: str | None = None) -> Prediction:
    """What a model says of a text or of a pair.

    Raises:
        DataError: the task has two texts and one was given, or the other way round.
        CheckpointError, IntegrityError: as `Classifier.load`.
    """
    classifier, task = _loaded(model)
    texts = (text,) if pair is None else (text, pair)
    needs_pair = len(task.texts) == 2
    if needs_pair != (pair is not None):
        cause = f"{task.folder} is about {'two texts' if needs_pair else 'one text'}"
        raise DataError(cause, remedy="add --pair TEXT" if needs_pair else "leave out --pair")
    return classifier.predictions([GlueExample("0", texts)])[0]


def predict_glue_file(model: Path, input_file: Path, output_file: Path) -> int:
    """Write a file to be submitted about all rows of a file; returns how many there are.

    Raises:
        ConfigError: both files are the same.
        DataError: the input cannot be used, or a row of it.
        CheckpointError, IntegrityError: as `Classifier.load`.
        StorageError: the output cannot be written.
    """
    require_distinct(input_file, output_file)
    classifier, task = _loaded(model)
    predictions = classifier.predictions(read_unlabelled(input_file, task))
    write_submission(predictions, output_file)
    return len(predictions)


def _loaded(model: Path) -> tuple[Classifier[GlueExample], GlueTask]:
    classifier = Classifier.load(model, GlueProblem)
    assert isinstance(classifier.problem, GlueProblem)
    return classifier, TASKS[classifier.problem.task]

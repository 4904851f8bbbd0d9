"""A model of a GLUE task + texts, or a file of its test set -> predictions."""

from pathlib import Path

from spanbert.errors import DataError
from spanbert.tasks.classification.classifier import Classifier, Prediction
from spanbert.tasks.classification.settings import read_problem
from spanbert.tasks.distinct import require_distinct
from spanbert.tasks.glue.examples import GlueExample, read_unlabelled
from spanbert.tasks.glue.problem import GlueProblem
from spanbert.tasks.glue.submission import write_submission
from spanbert.tasks.glue.table import TASKS


def classify_text(model: Path, text: str, pair: str | None = None) -> Prediction:
    """What a model says of a text or of a pair.

    Raises:
        DataError: the task has two texts and one was given, or the other way round.
        CheckpointError, IntegrityError: as `Classifier.load`.
    """
    classifier, task = Classifier.load(model, GlueProblem), read_problem(model, GlueProblem).task
    texts = (text,) if pair is None else (text, pair)
    num_texts = len(TASKS[task].texts)
    if len(texts) != num_texts:
        remedy = "add --pair TEXT" if num_texts == 2 else "leave out --pair"
        raise DataError(f"{task} is about {num_texts} texts, and not {len(texts)}", remedy=remedy)
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
    classifier, task = Classifier.load(model, GlueProblem), read_problem(model, GlueProblem).task
    predictions = classifier.predictions(read_unlabelled(input_file, TASKS[task]))
    write_submission(predictions, output_file)
    return len(predictions)

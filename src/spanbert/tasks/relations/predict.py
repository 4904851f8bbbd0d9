"""A relation model + a marked sentence, or a file of examples -> relations."""

from pathlib import Path

from spanbert.progress import Say, silent
from spanbert.tasks.classification.classifier import Classifier, Prediction
from spanbert.tasks.distinct import require_distinct
from spanbert.tasks.relations.examples import RelationExample, read_unlabelled
from spanbert.tasks.relations.marked_sentence import read_marked_sentence
from spanbert.tasks.relations.prediction_files import write_relations
from spanbert.tasks.relations.problem import RelationProblem
from spanbert.tasks.relations.types import unseen_types, with_types

_TOLD_TYPES = 10


def relate_text(model: Path, marked: str) -> Prediction:
    """What a model says of a sentence with two marked entities.

    Raises:
        DataError: the marks cannot be read, or a type is none that the model has learnt.
        CheckpointError, IntegrityError: as `Classifier.load`.
    """
    example = read_marked_sentence(marked)
    classifier, problem = _loaded(model)
    return classifier.predictions([with_types(example, problem)])[0]


def predict_relations_file(
    model: Path, input_file: Path, output_file: Path, *, say: Say = silent
) -> int:
    """Write the relation of each example of a file; returns how many there are.

    Args:
        say: hears of types that the model has not learnt.

    Raises:
        ConfigError: both files are the same.
        DataError: the input cannot be used, or an example of it.
        CheckpointError, IntegrityError: as `Classifier.load`.
        StorageError: the output cannot be written.
    """
    require_distinct(input_file, output_file)
    examples = read_unlabelled(input_file)
    classifier, problem = _loaded(model)
    unseen = unseen_types(examples, problem)
    if unseen:
        first = ", ".join(map(repr, unseen[:_TOLD_TYPES]))  # they may hold anything
        others = f" and {len(unseen) - _TOLD_TYPES} more" if len(unseen) > _TOLD_TYPES else ""
        say(f"types that the model has not learnt, and takes for unknown: {first}{others}")
    predictions = classifier.predictions(examples)
    write_relations(predictions, output_file)
    return len(predictions)


def _loaded(model: Path) -> tuple[Classifier[RelationExample], RelationProblem]:
    classifier = Classifier.load(model, RelationProblem)
    assert isinstance(classifier.problem, RelationProblem)
    return classifier, classifier.problem

"""Settings -> the texts of the evaluation sets that they name, which a corpus must not hold.

What models are trained or fine-tuned on is left out. `corpus/contamination.py` looks for them.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from spanbert.config import Config
from spanbert.corpus.cleaning import clean
from spanbert.tasks.coref.layouts import recognised as documents
from spanbert.tasks.glue.problem import GlueProblem
from spanbert.tasks.qa.layouts.recognised import read_records
from spanbert.tasks.relations.problem import RelationProblem


def evaluation_texts(config: Config) -> dict[str, Callable[[], Iterator[str]]]:
    """What reads the texts of each set, cleaned as a corpus is, by the set's name.

    A set is one file, in any layout of its task, named as the settings name it. The texts of
    questions are their contexts, each once if its questions follow one another, and themselves; of
    documents with clusters, each document's words.

    Raises:
        DataError, IntegrityError, DependencyError: a file cannot be used, when texts are read.
    """
    sets: dict[str, Callable[[], Iterator[str]]] = {
        name: partial(_question_texts, Path(name)) for name in (*config.qa.dev, *config.qa.test)
    }
    for name in (*config.coref.dev, *config.coref.test):
        sets[name] = partial(_document_texts, Path(name))
    for task, read in ((config.glue, _glue_texts), (config.relations, _relation_texts)):
        names = [name for split in task.scored for name in task.files_of(split)]
        sets |= {name: partial(read, Path(name), config) for name in names}
    return sets


def _question_texts(path: Path) -> Iterator[str]:
    previous = None
    _, records = read_records(path)
    for record in records:
        if record.context != previous:
            previous = record.context
            yield from _text(record.context)
        yield from _text(record.question)


def _glue_texts(path: Path, config: Config) -> Iterator[str]:
    for example in GlueProblem.read(path, config.glue).examples:
        yield from map(clean, example.texts)


def _relation_texts(path: Path, config: Config) -> Iterator[str]:
    for example in RelationProblem.read(path, config.relations).examples:
        yield clean(example.text)


def _document_texts(path: Path) -> Iterator[str]:
    _, records = documents.read_records(path)
    for record in records:
        if record.document:
            # where words stand apart otherwise than in a text, they are compared as the same
            yield clean(" ".join(record.document.words).replace(" n't", "n't"))


def _text(value: object) -> Iterator[str]:
    """The text, if it is one: what is malformed cannot be asked and is counted elsewhere."""
    if isinstance(value, str):
        yield clean(value)

"""Settings -> the texts of the evaluation sets that they name, which a corpus must not hold.

What models are trained or fine-tuned on is left out. `corpus/contamination.py` looks for them.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from spanbert.config import Config
from spanbert.corpus.cleaning import clean
from spanbert.tasks.coref.layouts import recognised as documents
from spanbert.tasks.qa.layouts.recognised import read_records


def evaluation_texts(config: Config) -> dict[str, Callable[[], Iterator[str]]]:
    """What reads the texts of each set, cleaned as a corpus is, by the set's name.

    A set is one file of questions or of documents with clusters, in any layout, named as the
    settings name it. Of questions, the texts are the contexts, each once if its questions follow
    one another, and the questions; of documents, each document's words.

    Raises:
        DataError, IntegrityError, DependencyError: as `read_records`, when texts are read.
    """
    asked, resolved = ((*task.dev, *task.test) for task in (config.qa, config.coref))
    questions = {name: partial(_question_texts, Path(name)) for name in asked}
    return questions | {name: partial(_document_texts, Path(name)) for name in resolved}


def _question_texts(path: Path) -> Iterator[str]:
    previous = None
    _, records = read_records(path)
    for record in records:
        if record.context != previous:
            previous = record.context
            yield from _text(record.context)
        yield from _text(record.question)


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

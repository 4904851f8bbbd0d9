"""Settings -> the texts of the evaluation sets that they name, which a corpus must not hold.

What models are trained or fine-tuned on is left out. `corpus/contamination.py` looks for them.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from spanbert.config import Config
from spanbert.corpus.cleaning import clean
from spanbert.tasks.qa.layouts.recognised import read_records


def evaluation_texts(config: Config) -> dict[str, Callable[[], Iterator[str]]]:
    """What reads the texts of each set, cleaned as a corpus is, by the set's name.

    A set is one file, in any layout of questions, named as the settings name it. Its texts are its
    contexts, each once if its questions follow one another, and its questions.

    Raises:
        DataError, IntegrityError, DependencyError: as `read_records`, when texts are read.
    """
    names = (*config.qa.dev, *config.qa.test)
    return {name: partial(_question_texts, Path(name)) for name in names}


def _question_texts(path: Path) -> Iterator[str]:
    previous = None
    _, records = read_records(path)
    for record in records:
        if record.context != previous:
            previous = record.context
            yield from _text(record.context)
        yield from _text(record.question)


def _text(value: object) -> Iterator[str]:
    """The text, if it is one: what is malformed cannot be asked and is counted elsewhere."""
    if isinstance(value, str):
        yield clean(value)

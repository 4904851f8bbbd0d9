"""Settings -> the documents that a model is scored on: dev, which chooses, and test."""

from pathlib import Path
from typing import Literal

from spanbert.progress import Say, silent
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.documents import CorefDocument, read_documents
from spanbert.tasks.files import digests_of, read_all

Split = Literal["dev", "test"]


def read_split(config: CorefConfig, split: str, say: Say = silent) -> list[CorefDocument]:
    """The documents of all files of a split; none where the settings name no file for it.

    Args:
        say: hears what was left out of a file.

    Raises:
        DataError: a file cannot be used.
    """
    return read_all(config.files_of(split), read_file, say)[0]


def gold_digests(config: CorefConfig, split: Split) -> dict[str, str]:
    """Digests of a split's files, by role."""
    return digests_of(split, config.files_of(split))


def gold_identity(config: CorefConfig) -> dict[str, str]:
    """What dev and test are: of two settings with equal ones, scores can be set side by side."""
    return gold_digests(config, "dev") | gold_digests(config, "test")


def read_file(path: Path) -> tuple[list[CorefDocument], dict[str, int]]:
    """The documents of a file, and what was left out by reason.

    Raises:
        DataError: it cannot be used.
    """
    file = read_documents(path)
    return file.documents, file.skipped

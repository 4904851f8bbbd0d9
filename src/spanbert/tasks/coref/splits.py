"""Settings -> the documents that a model is scored on: dev, which chooses, and test."""

from pathlib import Path
from typing import Literal

from spanbert.progress import Say, silent
from spanbert.storage import sha256_of
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.documents import CorefDocument, read_documents
from spanbert.tasks.ledger import tell_skipped

Split = Literal["dev", "test"]


def read_split(config: CorefConfig, split: Split, say: Say = silent) -> list[CorefDocument]:
    """The documents of all files of a split; none where the settings name no file for it.

    Args:
        say: hears what was left out of a file.

    Raises:
        DataError: a file cannot be used.
    """
    documents: list[CorefDocument] = []
    for name in getattr(config, split):
        file = read_documents(Path(name))
        tell_skipped(Path(name), file.skipped, say)
        documents += file.documents
    return documents


def gold_digests(config: CorefConfig, split: Split) -> dict[str, str]:
    """Digests of a split's files, by role."""
    return {f"{split}_{i}": sha256_of(Path(n)) for i, n in enumerate(getattr(config, split))}


def gold_identity(config: CorefConfig) -> dict[str, str]:
    """What dev and test are: of two settings with equal ones, scores can be set side by side."""
    return gold_digests(config, "dev") | gold_digests(config, "test")

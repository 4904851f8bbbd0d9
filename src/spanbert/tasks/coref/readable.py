"""Files of documents that settings name -> a refusal at once where one could not be used later."""

from pathlib import Path

from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.documents import read_documents
from spanbert.tasks.coref.splits import read_split


def require_readable(config: CorefConfig) -> None:
    """Read all files as fine-tuning and evaluation will.

    Raises:
        DataError, IntegrityError, DependencyError: one cannot be used.
    """
    for name in config.train:
        read_documents(Path(name))
    for split in ("dev", "test"):
        read_split(config, split)

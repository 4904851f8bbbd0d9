"""Files of documents that settings name -> a refusal at once where one could not be used later."""

from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.splits import read_split


def require_readable(config: CorefConfig) -> None:
    """Read all files as fine-tuning and evaluation will.

    Raises:
        DataError, IntegrityError, DependencyError: one cannot be used.
    """
    for split in config.splits:
        read_split(config, split)

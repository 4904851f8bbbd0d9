"""Files of questions that settings name -> a refusal at once where one could not be used later."""

from pathlib import Path

from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.examples import read_questions
from spanbert.tasks.qa.gold import read_split


def require_readable(config: QAConfig) -> None:
    """Read all files as fine-tuning and evaluation will.

    Raises:
        DataError: one cannot be read, or its questions cannot be used.
        IntegrityError, DependencyError: as `read_questions`.
    """
    for path in config.train:
        read_questions(Path(path))
    for split in ("dev", "test"):
        read_split(config, split)

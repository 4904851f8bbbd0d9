"""Files of examples that settings name -> a refusal at once where one could not be used later."""

from spanbert.progress import silent
from spanbert.tasks.classification.gold import read_split
from spanbert.tasks.classification.problem import ConfigT, ExampleT, Problem


def require_readable(kind: type[Problem[ExampleT, ConfigT]], config: ConfigT) -> None:
    """Read all files as fine-tuning and evaluation will.

    Raises:
        DataError, IntegrityError, DependencyError: one cannot be used.
    """
    for split in ("train", *config.scored):
        read_split(kind, config, split, silent)

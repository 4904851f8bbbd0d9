"""Settings -> the labelled examples that a model is scored on: dev, which chooses, and others."""

from pathlib import Path
from typing import Any

from spanbert.progress import Say
from spanbert.tasks.classification.config import ClassificationConfig
from spanbert.tasks.classification.problem import ConfigT, ExampleFile, ExampleT, Problem
from spanbert.tasks.files import digests_of, read_all, require_named


def read_split(
    kind: type[Problem[ExampleT, ConfigT]], config: ConfigT, split: str, say: Say
) -> ExampleFile[ExampleT]:
    """The examples of a split, of all its files; none where the settings name no file for it.

    Args:
        say: hears what was left out of a file.

    Raises:
        DataError, IntegrityError, DependencyError: a file cannot be used.
    """

    def read(path: Path) -> tuple[list[ExampleT], dict[str, int]]:
        file = kind.read(path, config)
        return file.examples, file.skipped

    return ExampleFile(*read_all(config.files_of(split), read, say))


def read_train(
    kind: type[Problem[ExampleT, ConfigT]], config: ConfigT, say: Say
) -> ExampleFile[ExampleT]:
    """The examples to train on.

    Raises:
        ConfigError: no training file is named.
        DataError, IntegrityError, DependencyError: as `read_split`.
    """
    require_named(f"{config.section}.train", config.files_of("train"), "train")
    return read_split(kind, config, "train", say)


def file_digests(config: ClassificationConfig, *splits: str) -> dict[str, str]:
    """Digests of the files of these splits and of what corrects them, by role."""
    digests: dict[str, str] = {}
    for setting in (*splits, *config.corrections):
        digests |= digests_of(setting, config.files_of(setting))
    return digests


def gold_identity(config: ClassificationConfig) -> dict[str, Any]:
    """What is scored on: of two settings with equal ones, scores can be set side by side."""
    return file_digests(config, *config.scored)

"""Settings -> the labelled examples that a model is scored on: dev, which chooses, and others."""

from pathlib import Path
from typing import Any

from spanbert.errors import ConfigError
from spanbert.progress import Say
from spanbert.storage import sha256_of
from spanbert.tasks.classification.config import ClassificationConfig
from spanbert.tasks.classification.problem import ConfigT, ExampleFile, ExampleT, Problem
from spanbert.tasks.ledger import tell_skipped


def read_split(
    kind: type[Problem[ExampleT, ConfigT]], config: ConfigT, split: str, say: Say
) -> ExampleFile[ExampleT]:
    """The examples of a split, of all its files; none where the settings name no file for it.

    Args:
        say: hears what was left out of a file.

    Raises:
        DataError, IntegrityError, DependencyError: a file cannot be used.
    """
    found = ExampleFile[ExampleT]([], {})
    for name in config.files_of(split):
        file = kind.read(Path(name), config)
        tell_skipped(Path(name), file.skipped, say)
        found.examples.extend(file.examples)
        for reason, count in file.skipped.items():
            found.skipped[reason] = found.skipped.get(reason, 0) + count
    return found


def read_train(
    kind: type[Problem[ExampleT, ConfigT]], config: ConfigT, say: Say
) -> ExampleFile[ExampleT]:
    """The examples to train on.

    Raises:
        ConfigError: no training file is named.
        DataError, IntegrityError, DependencyError: as `read_split`.
    """
    if not config.files_of("train"):
        place = f"{config.section}.train"
        raise ConfigError(f"{place} names no file", remedy=f"--set '{place}=[\"train\"]'")
    return read_split(kind, config, "train", say)


def file_digests(config: ClassificationConfig, *splits: str) -> dict[str, str]:
    """Digests of the files of these splits and of what corrects them, by role."""
    return {
        f"{setting}_{i}": sha256_of(Path(name))
        for setting in (*splits, *config.corrections)
        for i, name in enumerate(config.files_of(setting))
    }


def gold_identity(config: ClassificationConfig) -> dict[str, Any]:
    """What is scored on: of two settings with equal ones, scores can be set side by side."""
    return file_digests(config, *config.scored)

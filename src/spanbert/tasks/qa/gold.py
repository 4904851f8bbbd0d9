"""Settings -> the questions that a model is scored on: dev, which chooses, and test."""

from pathlib import Path
from typing import Any, Literal

from spanbert.errors import DataError
from spanbert.progress import Say, silent
from spanbert.tasks.config import QAConfig
from spanbert.tasks.files import digests_of
from spanbert.tasks.ledger import tell_skipped
from spanbert.tasks.qa.examples import Question, read_questions
from spanbert.tasks.qa.halves import half_of

Split = Literal["dev", "test"]


def gold_files(config: QAConfig, split: Split) -> tuple[str, ...]:
    """The files that hold a split; with `halve_dev` both splits are in the dev files."""
    return config.test if split == "test" and not config.halve_dev else config.dev


def read_split(config: QAConfig, split: Split, say: Say = silent) -> list[list[Question]]:
    """The questions of a split, file by file; none where the settings name no file for it.

    Args:
        say: hears what was left out of a file.

    Raises:
        DataError: a file cannot be used, has no answers, or has no question of this half.
    """
    return [_read(Path(name), config, split, say) for name in gold_files(config, split)]


def gold_digests(config: QAConfig, split: Split) -> dict[str, str]:
    """Digests of a split's files, by role."""
    return digests_of(split, gold_files(config, split))


def gold_identity(config: QAConfig) -> dict[str, Any]:
    """What dev and test are: of two settings with equal ones, scores can be set side by side."""
    digests = gold_digests(config, "dev") | gold_digests(config, "test")
    return digests | {"halve_dev": config.halve_dev}


def _read(path: Path, config: QAConfig, split: Split, say: Say) -> list[Question]:
    # every question counts, also one whose answers do not stand where the file says
    file = read_questions(path, need_answers=False)
    tell_skipped(path, file.skipped, say)
    questions = file.questions
    if config.halve_dev:
        questions = [question for question in questions if half_of(question.id) == split]
    if not questions:
        raise DataError(
            f"no question falls into the {split} half",
            place=str(path),
            remedy="name a larger file, or set qa.halve_dev = false and name qa.test",
        )
    for question in questions:
        if not (question.gold or question.is_impossible):
            raise DataError(
                f"question {question.id!r} has no answer to score by, and is not impossible",
                place=str(path),
                remedy="name a file with answers; spanbert predict qa needs none",
            )
    return questions

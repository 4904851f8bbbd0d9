"""Files of a task that settings name -> all that is in them, what was left out, their digests."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from spanbert.errors import ConfigError
from spanbert.progress import Say, silent
from spanbert.storage import sha256_of
from spanbert.tasks.ledger import tell_skipped

ItemT = TypeVar("ItemT")


def require_named(setting: str, files: object, example: str) -> None:
    """Refuse a setting that names no file.

    Args:
        setting: its name: "qa.train".
        files: what it names, or what was read of it.
        example: a file's name, for the message.

    Raises:
        ConfigError: there are none.
    """
    if not files:
        raise ConfigError(f"{setting} names no file", remedy=f"--set '{setting}=[\"{example}\"]'")


def read_all(
    files: Sequence[str],
    read: Callable[[Path], tuple[Sequence[ItemT], Mapping[str, int]]],
    say: Say = silent,
) -> tuple[list[ItemT], dict[str, int]]:
    """What is in all files, in their order, and how much was left out of them by reason.

    Args:
        read: one file's content, and what was left out of it.
        say: hears what was left out of each file.

    Raises:
        Whatever reading raises.
    """
    content: list[ItemT] = []
    skipped = Counter[str]()
    for path in map(Path, files):
        found, left_out = read(path)
        tell_skipped(path, left_out, say)
        content += found
        skipped.update(left_out)
    return content, dict(skipped)


def digests_of(role: str, files: Sequence[str]) -> dict[str, str]:
    """The sha256 of each file by its role: "train_0", "train_1"."""
    return {f"{role}_{number}": sha256_of(Path(name)) for number, name in enumerate(files)}

"""What an extended vocabulary was made from <-> `extension.json` in its folder."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from spanbert.errors import CheckpointError

EXTENSION_FILE = "extension.json"


@dataclass(frozen=True, slots=True)
class Extension:
    """New entries behind those of another vocabulary, whose ids stay as they were."""

    base_digest: str  # of the vocabulary that was extended
    base_size: int  # its number of ids; new ids begin here
    pieces: tuple[tuple[int, ...], ...]  # for each new id in order: the old ids of the same word

    @property
    def size(self) -> int:
        """Number of ids, old and new."""
        return self.base_size + len(self.pieces)


def write_extension(extension: Extension, folder: Path) -> None:
    """Write it beside the tokenizer's files."""
    (folder / EXTENSION_FILE).write_text(json.dumps(asdict(extension)) + "\n")


def read_extension(folder: Path) -> Extension | None:
    """What the tokenizer in a folder extends; None if it was not made by extending.

    Raises:
        CheckpointError: the file is damaged.
    """
    path = folder / EXTENSION_FILE
    if not path.is_file():
        return None
    try:
        raw = json.loads(path.read_text())
        pieces = tuple(tuple(map(int, ids)) for ids in raw["pieces"])
        extension = Extension(str(raw["base_digest"]), int(raw["base_size"]), pieces)
        if not all(ids and all(0 <= i < extension.base_size for i in ids) for ids in pieces):
            raise ValueError("a new piece is not made of old ones")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"damaged ({type(error).__name__}: {error})",
            place=str(path),
            remedy="extend the vocabulary again",
        ) from error
    return extension

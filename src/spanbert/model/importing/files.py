"""The files that make a model, wherever it came from, and one digest over them."""

import hashlib
import json
from pathlib import Path

from spanbert.storage import sha256_of

_SUFFIXES = frozenset({".json", ".txt", ".bin", ".pt", ".safetensors"})


def model_files(path: Path) -> list[Path]:
    """The file itself, or the files in a folder that belong to a model or its vocabulary."""
    if path.is_file():
        return [path]
    return sorted(file for file in path.glob("*") if file.suffix in _SUFFIXES)


def model_digest(path: Path) -> str:
    """sha256 over names and content of a model's files."""
    content = [(file.name, sha256_of(file)) for file in model_files(path)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()

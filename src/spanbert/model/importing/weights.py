"""The weights of a Hugging Face folder -> tensors by their names in the file."""

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from spanbert.errors import CheckpointError
from spanbert.model.unpickle import read_pickle

_WHOLE = ("model.safetensors", "pytorch_model.bin")  # the safe one first
_INDEX = ".index.json"  # names the parts of a file that was split
_MAP = "weight_map"  # in it: tensor -> part


def read_weights(folder: Path) -> dict[str, Tensor]:
    """All tensors of a folder's weights, in one file or in parts.

    Raises:
        CheckpointError: there are no weights, or they cannot be read.
        IntegrityError: a pickle asks for more than tensors.
    """
    for name in _WHOLE:
        if (folder / name).is_file():
            return _read(folder / name)
        if (folder / f"{name}{_INDEX}").is_file():
            return _read_parts(folder, folder / f"{name}{_INDEX}")
    raise CheckpointError(
        f"no weights here: none of {', '.join(_WHOLE)}",
        place=str(folder),
        remedy="pass a folder with config.json and its weights",
    )


def _read_parts(folder: Path, index: Path) -> dict[str, Tensor]:
    try:
        names = sorted({Path(part).name for part in json.loads(index.read_text())[_MAP].values()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(index, error) from error
    tensors: dict[str, Tensor] = {}
    for name in names:
        tensors |= _read(folder / name)
    return tensors


def _read(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        return read_pickle(path)
    except (OSError, SafetensorError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        f"no readable weights ({error})", place=str(path), remedy="copy or download the file again"
    )

"""A checkpoint of our own training: its model, without the optimizer's part."""

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file

from spanbert.errors import CheckpointError, ConfigError
from spanbert.model.config import ModelConfig
from spanbert.model.importing.source import Source
from spanbert.model.published import published_names
from spanbert.storage import MANIFEST, verify

_KIND = "checkpoint"


def is_at(path: Path) -> bool:
    """Whether this is the folder of one checkpoint."""
    try:
        return json.loads((path / MANIFEST).read_text())["kind"] == _KIND
    except (OSError, ValueError, KeyError, TypeError):
        return False


def read(path: Path) -> Source:
    """The model in the checkpoint, verified.

    Raises:
        CheckpointError: it was made before checkpoints recorded their sizes.
    """
    manifest = verify(path, _KIND)
    try:
        config = ModelConfig(**manifest.config["model"])
        state = load_file(path / "model.safetensors")
    except (KeyError, TypeError, ConfigError, OSError, SafetensorError) as error:
        raise CheckpointError(
            f"no sizes recorded, or no weights ({type(error).__name__}: {error})",
            place=str(path),
            remedy="start from the model folder that its run exported",
        ) from error
    return Source("our checkpoint", config, published_names(state))

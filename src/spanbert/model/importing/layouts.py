"""The layouts that can be loaded; their contract: is it at this path? then read it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spanbert.errors import CheckpointError, DataError
from spanbert.model.importing import (
    fairseq,
    huggingface_bert,
    huggingface_roberta,
    own_checkpoint,
)
from spanbert.model.importing.huggingface_config import model_type_of
from spanbert.model.importing.source import Source


@dataclass(frozen=True)
class Layout:
    """One way in which a model lies on disk."""

    is_at: Callable[[Path], bool]
    read: Callable[[Path], Source]


LAYOUTS = tuple(
    Layout(layout.is_at, layout.read)
    for layout in (own_checkpoint, fairseq, huggingface_roberta, huggingface_bert)
)


def read_source(path: Path) -> Source:
    """The model at a path, in whichever layout it is.

    Raises:
        DataError: nothing is there.
        CheckpointError: it is in no known layout, or damaged.
        IntegrityError: it is unsafe to read, or differs from its recorded digest.
    """
    if not path.exists():
        raise DataError("no such file or folder", place=str(path), remedy="pass a model's path")
    for layout in LAYOUTS:
        if layout.is_at(path):
            return layout.read(path)
    raise CheckpointError(_unknown(path), place=str(path), remedy=_remedy(path))


def _unknown(path: Path) -> str:
    if model_type := model_type_of(path):
        return f"model_type {model_type!r} is neither 'bert' nor 'roberta'"
    return "no model in a known layout"


def _remedy(path: Path) -> str:
    if path.name.endswith((".tar.gz", ".tgz", ".tar", ".zip")):
        return f"unpack it first, for example: tar xzf {path.name}"
    if path.is_file():
        return "pass the folder that it lies in"
    return "pass a Hugging Face BERT or RoBERTa folder, a fairseq model.pt or a checkpoint folder"

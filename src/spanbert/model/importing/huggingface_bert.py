"""A Hugging Face BERT folder: any BERT, SpanBERT's hub and archive folders, and our own models.

SpanBERT's published folders hold the encoder alone, in fp16; a fine-tuned one has its head beside
it. Ours hold the heads of pre-training too.
"""

from pathlib import Path

from spanbert.model.importing.huggingface_config import model_type_of, sizes_of
from spanbert.model.importing.names import bert_names
from spanbert.model.importing.source import Source
from spanbert.model.importing.weights import read_weights
from spanbert.storage import MANIFEST, verify


def is_at(path: Path) -> bool:
    """Whether this is such a folder."""
    return model_type_of(path) == "bert"


def read(path: Path) -> Source:
    """The model in the folder; one that we published is verified first."""
    if (path / MANIFEST).is_file():
        verify(path, "model")
    return Source("Hugging Face BERT", sizes_of(path), bert_names(read_weights(path), "bert."))

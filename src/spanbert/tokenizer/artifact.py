"""documents -> a published tokenizer folder."""

from collections.abc import Iterator
from pathlib import Path

from spanbert.corpus.documents import read_documents
from spanbert.storage import publish, read_manifest
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer
from spanbert.tokenizer.training.table import train_tokenizer_on


def build_tokenizer(documents: Path, folder: Path, config: TokenizerConfig) -> SubwordTokenizer:
    """Train a vocabulary on the documents, or take the one that the settings name.

    Raises:
        CheckpointError: the named tokenizer cannot be read.
        DataError: the documents hold no word.
    """
    if config.path:
        tokenizer, inputs = load_tokenizer(Path(config.path)), {}
    else:
        tokenizer = _train(documents, config)
        inputs = {"documents": read_manifest(documents, "documents").digest}
    with publish(folder, "tokenizer", inputs=inputs) as draft:
        tokenizer.save(draft.folder)
        draft.counts["vocab_size"] = tokenizer.vocab_size
    return tokenizer


def _train(documents: Path, config: TokenizerConfig) -> SubwordTokenizer:
    def texts() -> Iterator[str]:
        return (document.text for document in read_documents(documents))

    return train_tokenizer_on(texts, config)

"""documents -> a published tokenizer folder."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from spanbert.errors import ConfigError
from spanbert.storage import publish, read_manifest, refuse_occupied
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.extend import (
    best_words,
    compare_cuts,
    extend_tokenizer,
    require_wordpiece,
)
from spanbert.tokenizer.extension import read_extension, write_extension
from spanbert.tokenizer.fit import FIT_CHARACTERS, vocabulary_fit
from spanbert.tokenizer.sample import sample_texts
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer
from spanbert.tokenizer.training.table import train_tokenizer_on

_KIND = "tokenizer"


def build_tokenizer(documents: Path, folder: Path, config: TokenizerConfig) -> SubwordTokenizer:
    """Train a vocabulary on a sample of the documents, or take the one that the settings name.

    The manifest's counts say what was learnt from.

    Raises:
        CheckpointError: the named tokenizer cannot be read.
        DataError: the documents hold no word.
    """
    if config.path:
        return _take_over(Path(config.path), folder)
    sample, read_texts = sample_texts(documents, config.sample_characters)
    tokenizer = train_tokenizer_on(read_texts, config)
    inputs = {"documents": read_manifest(documents, "documents").digest}
    with publish(folder, _KIND, inputs=inputs) as draft:
        tokenizer.save(draft.folder)
        draft.counts |= {"vocab_size": tokenizer.vocab_size} | sample.as_counts()
    return tokenizer


def extend_on_documents(
    documents: Path, base: Path, folder: Path, num_pieces: int
) -> dict[str, Any]:
    """Extend the vocabulary in `base` by the documents' words; returns the manifest's counts.

    Args:
        num_pieces: at most so many new entries; 0: all that `best_words` finds.

    Raises:
        CheckpointError: the tokenizer cannot be read.
        ConfigError: `folder` is `base`, or something else than a tokenizer; as `extend_tokenizer`.
        DataError: there are no documents.
    """
    before = load_tokenizer(base)
    _require_another(folder, base)
    refuse_occupied(folder, _KIND)
    require_wordpiece(before)
    sample, read_texts = sample_texts(documents, FIT_CHARACTERS)
    words = best_words(vocabulary_fit(before, read_texts()), num_pieces)
    after, extension = extend_tokenizer(before, words)
    report = compare_cuts(before, after, read_texts())
    inputs = {
        "extends": extension.base_digest,
        "documents": read_manifest(documents, "documents").digest,
    }
    with publish(folder, _KIND, inputs=inputs) as draft:
        after.save(draft.folder)
        write_extension(extension, draft.folder)
        draft.counts |= {"vocab_size": after.vocab_size, "new_pieces": len(extension.pieces)}
        draft.counts |= sample.as_counts() | asdict(report)
    return draft.counts


def said_of(counts: dict[str, Any]) -> str:
    """A tokenizer's manifest counts in words, for a person."""
    entries = f"{counts['vocab_size']} vocabulary entries"
    if "sample_documents" not in counts:
        return entries
    return (
        f"{entries}, learnt from {counts['sample_documents']} of {counts['of_documents']}"
        f" documents, {counts['share']:.2%} of the characters"
    )


def _require_another(folder: Path, base: Path) -> None:
    if folder.exists() and folder.samefile(base):
        raise ConfigError(
            "the extended vocabulary would replace the one that it extends",
            place=str(folder),
            remedy="choose another output: models that were trained with the old one need it",
        )


def _take_over(source: Path, folder: Path) -> SubwordTokenizer:
    tokenizer, extension = load_tokenizer(source), read_extension(source)
    with publish(folder, _KIND) as draft:
        tokenizer.save(draft.folder)
        if extension is not None:
            write_extension(extension, draft.folder)
        draft.counts["vocab_size"] = tokenizer.vocab_size
    return tokenizer

"""documents + tokenizer -> how well the vocabulary fits the corpus, and what to do about it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any


def corpus_fit(documents: Path, tokenizer: Path) -> dict[str, Any]:
    """Counts and rates over a sample of the documents, and advice; no word of the texts.

    Raises:
        CheckpointError: the tokenizer cannot be read.
        DataError, IntegrityError, DependencyError: as `read_documents`.
    """
    from spanbert.tokenizer.advice import advise
    from spanbert.tokenizer.fit import FIT_CHARACTERS, vocabulary_fit
    from spanbert.tokenizer.sample import sample_texts
    from spanbert.tokenizer.subword import load_tokenizer

    loaded = load_tokenizer(tokenizer)
    sample, read_texts = sample_texts(documents, FIT_CHARACTERS)
    fit = vocabulary_fit(loaded, read_texts())
    return {
        "vocab_size": loaded.vocab_size,
        **sample.as_counts(),
        **fit.numbers(),
        **asdict(advise(fit, is_wordpiece=loaded.is_wordpiece)),
    }

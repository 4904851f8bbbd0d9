"""A small vocabulary of each kind, and its folder."""

import pytest
import tiny
import unigrams

from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.tokenizer.training.table import train_tokenizer_on

KINDS = ("wordpiece", "byte-bpe", "unigram")
TEXTS = [
    *tiny.texts(80),
    "naïve e\u0301 漢字かな don't 👩\u200d👩\u200d👧 שלום < > / [ ] MASK mask s",
]


@pytest.fixture(scope="session", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="session")
def trained(kind):
    if kind == "unigram":
        return unigrams.trained_unigram(TEXTS, vocab_size=500)
    config = TokenizerConfig(model=kind, vocab_size=500, min_frequency=1)
    return train_tokenizer_on(lambda: TEXTS, config)


@pytest.fixture(scope="session")
def folder(trained, tmp_path_factory):
    path = tmp_path_factory.mktemp("tokenizer")
    trained.save(path)
    return path


@pytest.fixture(scope="session")
def tokenizer(folder):
    """The trained one, read back."""
    return load_tokenizer(folder)

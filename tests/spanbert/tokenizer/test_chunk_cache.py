"""Pieces by chunks are those of `encode_batch`, whatever the text; or there are none."""

import gc
import tracemalloc

import numpy as np
import pytest
import tiny
import unigrams
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

from spanbert.tokenizer import chunk_cache
from spanbert.tokenizer.chunk_cache import ChunkCache
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.spaces import cuts_at_spaces
from spanbert.tokenizer.training.table import train_tokenizer_on

# what may be read otherwise at the edge of a text than inside of it
PARTS = [
    *("the", "The", "miller", "unbelievable", "kites", "naïve", "e\u0301", "\u0301", "Å", "ﬁ", "ß"),
    *("İ", "ΑΣ", "don't", "'s", "'S", "'", "''", "90's", "é's", "\u2019s", "_", "a_b", "##kites"),
    *("1907", "1,907.5", "٣", "½", "x²", "[SEP]", "[MASK]", "<mask>", "</s>", "[", "]", "#", "-"),
    *(
        "漢字",
        "かな",
        "한",
        "ᄒ\u1161",
        "שלום",
        "ภาษา",
        "नि",
        "👩\u200d👧",
        "\u200b",
        "\u200d",
        "\ufeff",
    ),
    *(
        "\u00ad",
        "\ufffd",
        "\x00",
        "\x7f",
        "\u180e",
        "\u2060",
        "\U000e0001",
        "≠",
        "\u037e",
        "\u0338",
    ),
    *(
        ".",
        ",",
        "...",
        "—",
        "“",
        "”",
        "(",
        ")",
        '"',
        "`",
        "~",
        "\\",
        "a" * 70,
        "ab-" * 40,
        "z" * 150,
    ),
]
WHITE = [" ", " ", " ", " ", "  ", "\n", "\t", "\u3000", "\xa0", "\u2028", "\x85", "\x1c", "\x0b"]
TEXTS = [*tiny.texts(60), " ".join(PARTS)]


def trained(**settings):
    config = TokenizerConfig(vocab_size=600, min_frequency=1, **settings)
    return train_tokenizer_on(lambda: TEXTS, config)


TOKENIZERS = {
    "cased": trained(),
    "lower-casing": trained(lower_case=True),
    "byte-bpe": trained(model="byte-bpe"),
    "lower-casing byte-bpe": trained(model="byte-bpe", lower_case=True),
}

words = st.lists(st.sampled_from(PARTS) | st.text(max_size=4), max_size=4).map("".join)
clean_texts = st.lists(words, max_size=12).map(" ".join)
any_texts = st.lists(st.sampled_from([*PARTS, *WHITE]), max_size=20).map("".join)


def is_equal(found, expected):
    names = ("ids", "starts", "ends", "word_starts")
    return all(
        np.array_equal(getattr(found, name), getattr(expected, name))
        and getattr(found, name).dtype == getattr(expected, name).dtype
        for name in names
    )


@pytest.mark.parametrize("kind", TOKENIZERS)
@given(batches=st.lists(st.lists(clean_texts | any_texts, max_size=5), min_size=1, max_size=3))
def test_pieces_are_those_of_the_tokenizer(kind, batches):
    cache = ChunkCache(TOKENIZERS[kind])
    for texts in batches:
        found = cache.encode_batch(texts)
        expected = TOKENIZERS[kind].encode_batch(texts)
        for text, ours, theirs in zip(texts, found, expected, strict=True):
            is_regular = text.split() == text.split(" ")
            assert (ours is not None) == is_regular
            assert ours is None or is_equal(ours, theirs)


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_each_of_the_hard_parts_is_the_tokenizers(kind):
    cache, texts = (
        ChunkCache(TOKENIZERS[kind]),
        [f"{a}{b} {b}{a} {b}" for a in PARTS for b in PARTS],
    )
    for found in (cache.encode_batch(texts), cache.encode_batch(texts)):
        for ours, theirs in zip(found, TOKENIZERS[kind].encode_batch(texts), strict=True):
            assert is_equal(ours, theirs)


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_what_is_forgotten_is_learned_again(kind, monkeypatch):
    monkeypatch.setattr(chunk_cache, "MOST_KEPT", 20)
    cache = ChunkCache(TOKENIZERS[kind])
    for text in TEXTS:
        (found,) = cache.encode_batch([text])
        assert is_equal(found, TOKENIZERS[kind].encode(text))


def test_chunks_that_are_kept_are_bounded(monkeypatch):
    monkeypatch.setattr(chunk_cache, "MOST_KEPT", 1000)
    cache = ChunkCache(TOKENIZERS["cased"])
    for number in range(40):
        cache.encode_batch([" ".join(f"{number}x{i}" for i in range(100))])
        assert cache.num_kept <= 1000 + 2 * 100


def test_long_chunks_leave_nothing_behind():
    cache, sizes = ChunkCache(TOKENIZERS["cased"]), []
    tracemalloc.start()
    for number in range(30):
        cache.encode_batch([" ".join("ab" * 20 + f"{number}x{i}" for i in range(100))])
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert cache.num_kept == 0
    assert sizes[-1] < sizes[4] + 20_000


def test_other_rules_take_the_ordinary_path():
    assert not unigrams.trained_unigram(TEXTS, vocab_size=500).cuts_at_spaces
    wordpiece = Tokenizer(models.WordPiece({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    wordpiece.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    assert not cuts_at_spaces(wordpiece)
    wordpiece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    assert cuts_at_spaces(wordpiece)
    wordpiece.normalizer = normalizers.Strip()
    assert not cuts_at_spaces(wordpiece)
    wordpiece.normalizer = normalizers.BertNormalizer()
    assert cuts_at_spaces(wordpiece)
    wordpiece.add_tokens([AddedToken("two words")])
    assert not cuts_at_spaces(wordpiece)


@pytest.mark.parametrize(
    "rule",
    [
        pre_tokenizers.ByteLevel(add_prefix_space=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        pre_tokenizers.Sequence([pre_tokenizers.Digits(), pre_tokenizers.ByteLevel()]),
        pre_tokenizers.Metaspace(),
    ],
)
def test_byte_level_bpe_of_other_rules_takes_the_ordinary_path(rule):
    bpe = Tokenizer(models.BPE({"a": 0}, []))
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    assert cuts_at_spaces(bpe)
    bpe.pre_tokenizer = rule
    assert not cuts_at_spaces(bpe)

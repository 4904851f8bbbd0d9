"""Words become the same numbers everywhere, and runs of words differ when their words do."""

import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.corpus import words as module
from spanbert.corpus.words import WordHashes, ngrams

HASHES = st.lists(st.integers(0, 2**64 - 1), max_size=30).map(lambda n: np.array(n, np.uint64))
PROSE = st.text(alphabet=st.sampled_from("abÄß1_ .-\n東京カ한글"), max_size=60)


def slow_words(text):
    """Characters one by one: those of Han and kana stand alone, other letters and digits join."""
    spaced = "".join(f" {c} " if re.match(r"[東京カ]", c) else c for c in text.casefold())
    return "".join(c if c.isalnum() else " " for c in spaced).split()


@given(PROSE)
def test_there_is_one_number_for_each_word(text):
    words = WordHashes()
    each = [words.of(word) for word in slow_words(text)]
    assert all(len(one) == 1 for one in each)
    assert words.of(text).tolist() == [int(one[0]) for one in each]


@given(st.text())
def test_any_text_has_numbers_and_case_makes_no_difference(text):
    words = WordHashes()
    assert words.of(text).dtype == np.uint64
    assert words.of(text).tolist() == words.of(text.casefold()).tolist()


def test_numbers_are_the_same_on_every_machine():
    assert WordHashes().of("The 東").tolist() == [3331141520948189790, 14910280927049816314]


def test_words_are_remembered_and_forgotten_without_a_change(monkeypatch):
    monkeypatch.setattr(module, "MAX_CACHED_CHUNKS", 3)
    words, text = WordHashes(), "a b c d a b c d e f"
    expected = [int(WordHashes().of(word)[0]) for word in text.split()]
    assert words.of(text).tolist() == words.of(text).tolist() == expected


def test_memory_stays_bounded_by_words_of_any_length():
    words = WordHashes()
    tracemalloc.start()
    for number in range(200):
        words.of(f"{number}" * 2**15)
    kept_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept_bytes < 2**20


@given(HASHES, st.integers(1, 15))
def test_there_is_one_number_for_each_run_of_words(hashes, n):
    runs = [tuple(hashes[i : i + n].tolist()) for i in range(len(hashes) - n + 1)]
    numbers = ngrams(hashes, n).tolist()
    assert len(numbers) == len(runs)
    assert len(set(numbers)) == len(set(runs))
    assert numbers == [int(ngrams(np.array(run, np.uint64), n)[0]) for run in runs]


@pytest.mark.parametrize(("left", "right"), [("a b c", "b a c"), ("a a b", "a b b"), ("a", "a a")])
def test_the_order_and_number_of_words_make_a_difference(left, right):
    words = WordHashes()
    one, other = words.of(left), words.of(right)
    assert ngrams(one, len(one))[0] != ngrams(other, len(other))[0]


def test_the_words_are_left_as_they_were():
    hashes = WordHashes().of("a b c")
    before = hashes.copy()
    ngrams(hashes, 2)
    assert (hashes == before).all()

"""A word begins where the tokenizer's pre-token changes, but not inside a character."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.training.table import train_tokenizer_on
from spanbert.tokenizer.words import whitespace_in, word_starts


@given(st.lists(st.integers(1, 4), max_size=20))
def test_one_start_for_each_word(pieces_by_word):
    numbers = [word for word, pieces in enumerate(pieces_by_word) for _ in range(pieces)]
    expected = [i == 0 for pieces in pieces_by_word for i in range(pieces)]
    places = np.arange(len(numbers))
    assert np.array_equal(word_starts(numbers, places, places + 1), np.array(expected, dtype=bool))


def test_a_character_that_becomes_two_pre_tokens_is_in_one_word():
    starts, ends = np.array([0, 1, 1, 2]), np.array([1, 2, 2, 3])
    assert word_starts([0, 1, 2, 3], starts, ends).tolist() == [True, True, False, True]


@given(st.text())
def test_whitespace_is_what_unicode_says(text):
    separators = "\x1c\x1d\x1e\x1f"  # Python counts them, Unicode's White_Space does not
    assert whitespace_in(text).tolist() == [c.isspace() and c not in separators for c in text]


def test_trap_03_words_are_pre_tokens_and_punctuation_stands_alone():
    """BERT's words; not those between spaces, and not those that a literal "##" would tell."""
    text = "Bob's (unbelievable) #1 ##kites!"
    trained = train_tokenizer_on(lambda: [text], TokenizerConfig(vocab_size=200, min_frequency=1))
    pieces = trained.encode(text)
    begins = pieces.starts[pieces.word_starts].tolist()
    words = [text[a:b].split()[0] for a, b in zip(begins, [*begins[1:], len(text)], strict=True)]
    expected = ["Bob", "'", "s", "(", "unbelievable", ")", "#", "1", "#", "#", "kites", "!"]
    assert words == expected

"""Normalisation and likeness of two answers, by hand after the official scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squad_oracle import f1, words

from spanbert.evaluation.qa_words import (
    WordsOf,
    exact_match,
    normalize_answer,
    word_f1,
    word_f1_or_none,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Denver\tBroncos!", "denver broncos"),
        ("an apple a day", "apple day"),
        ("a-b", "ab"),  # punctuation goes before articles do
        ("A. B. C.", "b c"),  # the initial is now an article
        ("Theatre of an anthem", "theatre of anthem"),
        ("the", ""),
        ("a an the THE", ""),
        ("U.S.", "us"),
        ("$1,000.50", "100050"),
        ("snake_case", "snakecase"),
        ("naïve Ünï", "naïve ünï"),
        ("“quoted” — dash", "“quoted” — dash"),  # only ASCII punctuation goes
        ("“the” dash", "“ ” dash"),  # an article between other marks goes alone
        ("a\N{RIGHT SINGLE QUOTATION MARK}s", "\N{RIGHT SINGLE QUOTATION MARK}s"),
        ("\uff21\uff01 \uff41", "\uff41\uff01 \uff41"),  # full-width letters are no articles
        ("the\u0301", "\u0301"),  # a combining accent is no part of a word
        ("the\u0663", "the\u0663"),  # a digit of any script is
        ("ΟΔΟΣ İ", "οδος i\u0307"),
        ("line\nbreak\u00a0space\u3000wide\u2028end", "line break space wide end"),
        ("zero\u200bwidth", "zero\u200bwidth"),
        ("", ""),
    ],
)
def test_normalisation(text, expected):
    assert normalize_answer(text) == expected


@pytest.mark.parametrize(
    ("gold", "predicted", "exact", "f1_v1", "f1_v2"),
    [
        ("Denver Broncos", "the denver broncos.", 1, 1, 1),
        ("Denver Broncos", "Broncos", 0, 2 / 3, 2 / 3),  # precision 1, recall 1/2
        ("Denver Broncos", "Broncos Denver", 0, 1, 1),  # order does not count in F1
        ("red red kite", "red kite kite", 0, 2 / 3, 2 / 3),  # 2 shared of 3 and 3
        ("red", "blue", 0, 0, 0),
        ("red", "", 0, 0, 0),
        ("", "red", 0, 0, 0),
        ("the", "a", 1, 0, 1),  # both empty after normalisation: 1.1 has no rule for it
        ("", "...", 1, 0, 1),
        ("漢字", "漢字", 1, 1, 1),
        ("漢 字", "漢字", 0, 0, 0),
    ],
)
def test_pairs(gold, predicted, exact, f1_v1, f1_v2):
    pair = WordsOf()[gold], WordsOf()[predicted]
    assert exact_match(*pair) == exact
    assert word_f1(*pair) == pytest.approx(f1_v1)
    assert word_f1_or_none(*pair) == pytest.approx(f1_v2)


PARTS = ["a", "An", "the", "The", "red", "Kite", "_", "-", ".", "“", "！", "Ａ", "é", "\u0301", "1"]
TEXTS = st.lists(st.sampled_from([*PARTS, " ", " ", "\n", "\u00a0"])).map("".join) | st.text()


@given(TEXTS, TEXTS)
def test_any_two_texts_compare_as_the_oracle_has_it(gold, predicted):
    words_of = WordsOf()
    assert (words_of[gold], words_of[predicted]) == (words(gold), words(predicted))
    assert words_of[gold] == normalize_answer(gold).split()
    assert word_f1(words_of[gold], words_of[predicted]) == f1(words(gold), words(predicted))

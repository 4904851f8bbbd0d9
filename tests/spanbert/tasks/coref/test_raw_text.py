"""Raw text: sentences, words as annotated corpora cut them, and their places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tasks.coref.raw_text import document_of_text, shown_span


def cut(text):
    return [" ".join(words) for words in document_of_text(text).sentences]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Ann left. She came back.", ["Ann left .", "She came back ."]),
        ("Mr. Smith didn't know John's wife.", ["Mr. Smith did n't know John 's wife ."]),
        ("I’m sure she'll say they've won", ["I ’m sure she 'll say they 've won"]),
        ("CAN'T, can’t", ["CA N'T , ca n’t"]),
        ("$3,500.50 at 9:30", ["$ 3,500.50 at 9:30"]),
        ("the U.S. army (née O'Hara)...", ["the U.S. army ( née O'Hara ) ..."]),
        ("well-known -- a 'quoted' word", ["well - known -- a ' quoted ' word"]),
        ("a_b ½ 你好。", ["a _ b ½ 你 好 。"]),
        ("cafe\u0301s", ["cafe\u0301s"]),
        ("", []),
        (" \n ", []),
        ("Ann saw the\nold man. He\r\nwaved.", ["Ann saw the old man .", "He waved ."]),
        ("A title\n\nAnn left\n \t\nHe stayed", ["A title", "Ann left", "He stayed"]),
        ("one\ntwo\nthree\n", ["one two three"]),
    ],
)
def test_words(text, sentences):
    assert cut(text) == sentences


@given(st.text(max_size=60) | st.text("aN'’tT.,- \n1s", max_size=40))
def test_no_visible_character_is_lost_and_places_are_true(text):
    document = document_of_text(text, "x")
    assert document.text == text
    assert tuple(text[start:end] for start, end in document.offsets) == document.words
    assert "".join("".join(document.words).split()) == "".join(text.split())
    assert all(word.strip() == word != "" for word in document.words)
    ends = [0, *(end for _, end in document.offsets)]
    assert all(ends[i] <= start for i, (start, _) in enumerate(document.offsets))
    assert [len(names) for names in document.speakers] == [len(s) for s in document.sentences]


def test_a_span_of_words_is_shown_as_it_stands_in_the_text():
    document = document_of_text("Ann's  old cat slept. It purred.")
    start, end = shown_span(document, (0, 4))
    assert document.text[start:end] == "Ann's  old cat"
    start, end = shown_span(document, (6, 7))
    assert document.text[start:end] == "It"

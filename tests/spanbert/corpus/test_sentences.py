"""Sentence spans hold all text, in order; the rules cut where a reader would."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.corpus.sentences import sentence_spans

PROSE = st.text(alphabet=st.sampled_from("aB1.!?\"')(  \n\t\u2028é…"), max_size=80)


def sentences(text):
    return [text[start:end] for start, end in sentence_spans(text)]


@given(st.one_of(st.text(), PROSE))
def test_spans_are_ordered_disjoint_and_hold_every_visible_character(text):
    position = 0
    for start, end in sentence_spans(text):
        assert position <= start < end
        assert text[position:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        position = end
    assert text[position:].strip() == ""


@given(PROSE, PROSE)
def test_a_line_feed_makes_both_sides_independent(left, right):
    assert sentences(f"{left}\n{right}") == sentences(left) + sentences(right)


@pytest.mark.parametrize(
    "parts",
    [
        ["It rained.", "We left!", "Why?", "Nobody knew..."],
        ['He said "Stop."', "She did not."],
        ["Look (over there!)", "[A note.]", "“Quoted.”", "'Tis done."],
        ["It cost 3.50 dollars.", "20 people paid."],
        ["He said no.", "She said yes."],
        ["The end of the road?!", "1999 it was."],
        ["A heading without a stop\n", "Its text."],
    ],
)
def test_sentences_are_separated(parts):
    assert sentences(" ".join(parts)) == [part.strip() for part in parts]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Smith met Dr. Jones on St. James Street.",
        "Some fruit, e.g. Apples, i.e. Round ones, etc. Sold here.",
        "J. R. R. Tolkien and C.S. Lewis met.",
        "See Fig. 3 and No. 5 on pp. 10 to 20.",
        "(Prof. Ada spoke.)",
        "Version 1.2.3 of example.com works.",
        "wait... what is this. lower case",
        "In the U.S. Army.",
    ],
)
def test_a_stop_inside_a_sentence_does_not_end_it(text):
    assert sentences(text) == [text]


@pytest.mark.parametrize("text", ["", " ", "\n \n", "\u2028\t"])
def test_nothing_visible_gives_no_sentence(text):
    assert sentence_spans(text) == []


@pytest.mark.parametrize("unit", [".", "?!", '"', ". ", "J.", "a.\n", " ", "x", ".'x", ".  "])
def test_time_grows_with_length_only(unit):
    started = time.perf_counter()
    sentence_spans(unit * (200_000 // len(unit)))
    assert time.perf_counter() - started < 10  # quadratic time would take many minutes

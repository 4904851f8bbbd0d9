"""Nothing that a terminal acts on gets through, and columns are counted as it shows them."""

import io
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.inspection.terminal import cut_to, has_colour, num_columns, padded, printable

TEXT = st.text(st.characters(exclude_categories=["Cs"])).map(printable)


@given(st.text())
def test_printable_text_holds_no_control_character(text):
    shown = printable(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    shown.encode()
    if text.isascii() and text.isprintable():
        assert shown == text


@given(TEXT, st.integers(1, 30))
def test_padded_text_takes_exactly_its_columns(text, columns):
    assert num_columns(padded(text, columns)) == columns


@given(TEXT, st.integers(0, 30))
def test_a_cut_text_is_the_longest_beginning_that_fits(text, columns):
    cut = cut_to(text, columns)
    assert text.startswith(cut)
    assert num_columns(cut) <= columns
    assert cut == text or num_columns(text[: len(cut) + 1]) > columns


@pytest.mark.parametrize(
    ("is_terminal", "environment", "coloured"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
    ],
)
def test_colour_needs_a_terminal_and_no_refusal(is_terminal, environment, coloured, monkeypatch):
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    stream.isatty = lambda: is_terminal
    monkeypatch.setattr(sys, "stdout", stream)
    assert has_colour() is coloured

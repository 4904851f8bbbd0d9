"""Clean text has one normal form, and every character that was taken away is accounted for."""

import functools
import re
import sys
import time
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spanbert.corpus.cleaning import clean, cleaned

ALL_CHARACTERS = list(map(chr, range(sys.maxunicode + 1)))
MARKS = "a\u0301\u0316\u0327\u0344\u0f73"
TRICKY = "aé \t\n\r\x00\x0b\x85\xa0\xad\u0301\u0327\u0344\u0f73\u200b\u2028\u202e\ufeff\u3000\ud800"
TEXT = st.one_of(
    st.text(st.characters()),
    st.text(st.sampled_from(TRICKY), max_size=99),
    st.text(st.sampled_from("a \n\x1c"), max_size=30),
    st.text(st.sampled_from(MARKS), min_size=40, max_size=99),
)


@functools.cache
def too_many_marks():
    parts = ((c, unicodedata.normalize("NFD", c)) for c in ALL_CHARACTERS)
    marks = "".join(c for c, decomposed in parts if unicodedata.combining(decomposed[0]))
    return re.compile(f"([{marks}]{{30}})[{marks}]+")


def cleaned_by_all_rules(text):
    """Each rule in turn over the whole text, needed or not."""
    spaces = "\t \xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
    invisible = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    invisible += "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
    text = re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    text = re.sub(f"[{invisible}]+", "", text)
    text = re.sub(f"[{spaces}]+", " ", text)
    text = too_many_marks().sub(r"\1", text)
    text = too_many_marks().sub(r"\1", unicodedata.normalize("NFC", text))
    return re.sub(r" ?\n[ \n]*", "\n", text).strip(" \n")


@settings(max_examples=300)
@given(TEXT)
def test_clean_text_is_in_normal_form(text):
    done = clean(text)
    assert clean(done) == done
    assert unicodedata.is_normalized("NFC", done)
    assert not any(
        unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in done.replace("\n", "")
    )
    assert "  " not in done
    assert all(line == line.strip(" ") != "" for line in done.split("\n") if done)
    done.encode()


@settings(max_examples=300)
@given(TEXT)
def test_no_rule_is_skipped_where_it_would_change_the_text(text):
    assert clean(text) == cleaned_by_all_rules(text)


@pytest.mark.parametrize("separator", ["", "a", "\u0301"])
def test_every_character_is_stable_under_cleaning(separator):
    text = separator.join(ALL_CHARACTERS)
    assert clean(clean(text)) == clean(text)


def test_no_rule_takes_a_single_printable_character_away():
    kept = [c for c in ALL_CHARACTERS if c.isprintable() and unicodedata.is_normalized("NFC", c)]
    text = "#".join(kept[1:])  # the first is the space
    assert cleaned_by_all_rules(text) == clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("a\tb \xa0 c", "a b c"),
        ("a\x00\x1b\u202eb\ufeff", "ab"),
        ("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("\n\n a \n\t\n\n b \n", "a\nb"),
        ("a\ud800b", "ab"),
        ("a" + "\u0316" * 40, "a" + "\u0316" * 30),
        ("a" + "\u0f73" * 20, "a" + "\u0f71" * 20 + "\u0f72" * 10),  # NFC splits this mark
        ("naïve 日本 😀", "naïve 日本 😀"),
        (" \n\u200b", ""),
    ],
)
def test_clean_by_example(text, expected):
    assert clean(text) == expected


@pytest.mark.parametrize("unit", ["\u0301\u0327", " ", "\n", " \n", "\r", "\u200b", "a\u0301", "é"])
def test_cleaning_takes_linear_time(unit):
    clean("é" + "\u0301" * 31)  # builds the table of marks
    started = time.perf_counter()
    clean("a" + unit * 300_000)
    assert time.perf_counter() - started < 5  # quadratic time would take many minutes


# --- accounting ---


@settings(max_examples=300)
@given(TEXT, st.frozensets(st.text(st.sampled_from("aé "), max_size=3)))
def test_what_is_left_and_what_was_removed_make_up_the_text(text, boilerplate):
    done = cleaned(text, boilerplate)
    assert len(text) == len(done.text) + sum(done.removed.values())
    assert 0 not in done.removed.values()
    assert all(count > 0 for name, count in done.removed.items() if name != "composed")


@given(TEXT)
def test_without_boilerplate_the_text_is_the_clean_one(text):
    assert cleaned(text).text == clean(text)


def visible(text):
    return [c for c in unicodedata.normalize("NFD", text) if c.isprintable() and c != " "]


@given(TEXT)
def test_nothing_visible_is_lost(text):
    assume(sum(map(bool, map(unicodedata.combining, visible(text)))) <= 30)
    # sorted: marks change places where an invisible character kept them apart
    assert sorted(visible(clean(text))) == sorted(visible(text))


@pytest.mark.parametrize(
    ("text", "removed"),
    [
        ("plain text", {}),
        ("tab\there", {}),  # changed, but not shorter
        ("a\r\nb", {"line_breaks": 1}),
        ("a\u200b\x00b", {"invisible": 2}),
        ("a \xa0\t b", {"spaces": 3}),
        ("a" + "\u0316" * 10_000, {"marks": 9970}),
        ("e\u0301", {"composed": 1}),
        ("\u0958", {"composed": -1}),  # NFC never holds this letter whole
        (" a \n\n b\n", {"blank_lines": 5}),
        (
            "a\r\n \x00b  c\u0301d\u0301",
            {"line_breaks": 1, "invisible": 1, "spaces": 1, "composed": 1, "blank_lines": 1},
        ),
    ],
)
def test_each_rule_counts_what_it_removes(text, removed):
    assert cleaned(text).removed == removed


# --- boilerplate ---

LINES = frozenset(["Share this page", "Read more…"])


@pytest.mark.parametrize(
    ("text", "expected", "count"),
    [
        ("Story.\n  Share this \t page\r\nEnd.", "Story.\nEnd.", 16),
        ("Share this page\nRead more…\nShare this page", "", 42),
        ("Story.\nRead more…", "Story.", 11),
        ("Please Share this page now", "Please Share this page now", 0),
        ("share this page", "share this page", 0),
    ],
)
def test_lines_of_boilerplate_are_removed_whole_where_they_stand_alone(text, expected, count):
    done = cleaned(text, LINES)
    assert done.text == expected
    assert done.removed.get("boilerplate", 0) == count


@given(st.lists(st.sampled_from(["a", " a", "b\u200b", "", "é", "e\u0301", "a b", "a  b"])))
def test_no_line_of_boilerplate_is_left_and_all_others_are(lines):
    boilerplate = frozenset(["a", "é", "a b"])
    kept = [line for line in map(clean, lines) if line and line not in boilerplate]
    assert cleaned("\n".join(lines), boilerplate).text == "\n".join(kept)

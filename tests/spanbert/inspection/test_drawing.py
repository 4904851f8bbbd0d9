"""Drawn words fit the terminal; what is to be found stands under what the model sees."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masked_segments import masked_segments, segment_of

from spanbert.inspection.drawing import draw_coloured, draw_plain
from spanbert.inspection.terminal import num_columns
from spanbert.inspection.words import Word, words_of

ESCAPE = re.compile("\x1b\\[[0-9;]*m")
BRACKETS = re.compile(r"\[([^→\]]*)→(MASK|kept|random: [^\]]*)\]")


DIMMED = "\x1b[2m"
FIRST, LAST = (Word(name, name, "special", False, False) for name in ("[CLS]", "[SEP]"))


def at_column(line, column):
    """The word that begins at a column."""
    first = next(n for n in range(len(line)) if num_columns(line[:n]) == column)
    assert not line[:first].strip() or line[first - 1] == " "
    return line[first:].split()[0]


def plain(line):
    return ESCAPE.sub("", line)


TEXT = st.text(st.sampled_from("ab中é"), min_size=1, max_size=30)
WORDS = st.lists(
    st.builds(
        Word,
        seen=TEXT,
        original=TEXT,
        kind=st.sampled_from(["visible", "mask", "random", "kept"]),
        is_boundary=st.booleans(),
        is_glued=st.booleans(),
    ),
    max_size=12,
)


@given(WORDS, st.integers(20, 60))
def test_every_line_fits_and_no_word_is_lost(words, columns):
    lines = [plain(line) for line in draw_coloured([FIRST, *words, LAST], columns)]
    assert all(num_columns(line) <= columns for line in lines)
    shown = "".join("".join(lines).split())
    replaced = [w for w in words if w.kind in ("mask", "random")]
    expected = [w.seen for w in words] + [w.original for w in replaced] + ["[CLS][SEP]"]
    assert sorted(shown) == sorted("".join(expected))


@given(WORDS, st.integers(20, 60))
def test_each_original_stands_under_what_the_model_sees(words, columns):
    apart = [replace(w, seen=w.seen[:9], original=w.original[:9], is_glued=False) for w in words]
    lines = draw_coloured([FIRST, *apart, LAST], columns)
    pairs = []
    for above, below in pairwise(lines):
        if below.startswith(DIMMED) and not plain(below).startswith("["):  # of a special token
            pairs += [
                (at_column(plain(above), num_columns(plain(below)[: found.start()])), found.group())
                for found in re.finditer(r"\S+", plain(below))
            ]
    assert pairs == [(w.seen, w.original) for w in apart if w.kind in ("mask", "random")]


@pytest.mark.parametrize("replacement", ["span", "token"])
def test_plain_lines_have_each_masked_run_once_in_brackets(artifacts, replacement):
    tokenizer, segments = masked_segments(artifacts, replacement=replacement)
    for segment in segments:
        words = words_of(segment, tokenizer)
        text = " ".join(draw_plain(words, 80))
        assert "\x1b" not in text
        bracketed = "".join(found.group(1) for found in BRACKETS.finditer(text))
        masked = "".join(w.original for w in words if w.is_masked)
        assert bracketed.replace(" ", "") == masked
        restored = BRACKETS.sub(r"\1", text)
        assert restored == tokenizer.decode(segment.ids.tolist())


def test_a_pair_is_drawn_in_two_parts(artifacts):
    tokenizer, _ = masked_segments(artifacts, number=1)
    pair = segment_of(tokenizer, "The old miller.", "near Oslo", [[2, 3], [6, 7]], [0, 1])
    words = words_of(pair, tokenizer)
    assert draw_plain(words, 80) == [
        "[CLS] The [old→MASK] miller. [SEP]",
        "[near→random: The] Oslo [SEP]",
    ]
    assert [plain(line) for line in draw_coloured(words, 80)] == [
        "[CLS] The [MASK] miller. [SEP]",
        "          old",
        "The  Oslo [SEP]",
        "near",
    ]

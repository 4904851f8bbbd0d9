"""Sentence spans hold all text, in order; the rules cut where a reader would."""

import json
import lzma
import re
import time
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanbert.corpus.sentence_rules import SENTENCE_RULES
from spanbert.corpus.sentences import _LONGEST_ABBREVIATION, sentence_spans

FULL_WIDTH = "。！？」』）】》"
PROSE = st.text(alphabet=st.sampled_from("aB1.!?\"')(  \n\t\u2028é…。」"), max_size=80)
WORDS = [
    "A",
    "b.c",
    "(e.g",
    "No",
    "p",
    "Mr",
    '"Dr',
    "approx",
    "messrs",
    "longerthanall",
    "7",
    "XIV",
]
JOINTS = [". ", ".", " . ", ".\n", "...", "?! ", ".) ", ".\t\xa0 ", "\n", " ", '." ', ". (", ". “"]
BUILT = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(JOINTS)).map("".join)).map(
    "".join
)
LANGUAGE = st.sampled_from(sorted(SENTENCE_RULES))


def sentences(text, language="en"):
    return [text[start:end] for start, end in sentence_spans(text, language)]


# --- the rules for English, line by line and stop by stop ---

STOP = re.compile(r"[.!?…]+[\"'”’»)\]}]*")
OPENING = "\"'“‘«([{"


def by_line_and_stop(text):
    spans = []
    for line in re.finditer(r"[^\n]+", text):
        spans += [(line.start() + start, line.start() + end) for start, end in of_line(line[0])]
    return spans


def of_line(line):
    spans, start = [], after_space(line, 0)
    for stop in STOP.finditer(line):
        following = after_space(line, stop.end())
        if stop.end() < following < len(line) and ends_sentence(line, stop, line[following]):
            spans.append((start, stop.end()))
            start = following
    end = len(line.rstrip())
    return [*spans, (start, end)] if start < end else spans


def after_space(line, position):
    return len(line) - len(line[position:].lstrip())


def ends_sentence(line, stop, following):
    if not (following.isupper() or following.isdigit() or following in OPENING):
        return False
    return stop[0] != "." or not is_abbreviation(line, stop.start(), following)


def is_abbreviation(line, end, following):
    words = line[max(0, end - 12) : end].split()
    if not words or line[end - 1].isspace():
        return False
    word = words[-1].lstrip(OPENING)
    if word.lower() in SENTENCE_RULES["en"].before_numbers:
        return following.isdigit()
    is_initials = re.fullmatch(r"(?:[^\W\d_]\.)*[^\W\d_]", word) is not None
    return word.lower() in SENTENCE_RULES["en"].abbreviations or is_initials


@settings(max_examples=500)
@given(st.one_of(st.text(), PROSE, BUILT))
def test_english_sentences_are_those_found_a_stop_at_a_time(text):
    text = re.sub(f"[{FULL_WIDTH}]", "", text)
    assert sentence_spans(text) == by_line_and_stop(text)


def test_english_sentences_of_prose_are_those_found_a_stop_at_a_time():
    path = Path(__file__).parents[3] / "examples" / "data" / "wikipedia.jsonl.xz"
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in islice(lines, 200):
            text = json.loads(line)["text"]
            assert sentence_spans(text) == by_line_and_stop(text)


# --- every language ---


@given(st.one_of(st.text(), PROSE, BUILT), LANGUAGE)
def test_spans_are_ordered_disjoint_and_hold_every_visible_character(text, language):
    position = 0
    for start, end in sentence_spans(text, language):
        assert position <= start < end
        assert text[position:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        position = end
    assert text[position:].strip() == ""


@given(PROSE, PROSE, LANGUAGE)
def test_a_line_feed_makes_both_sides_independent(left, right, language):
    both = sentences(left, language) + sentences(right, language)
    assert sentences(f"{left}\n{right}", language) == both


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
        ["Spaced like Mr .", "So be it."],
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


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "de",
            "Das ist z. B. Herrn Dr. Maier bzw. Frau Prof. Huber bekannt, vgl. Abb. 3 u. a. Orten.",
        ),
        ("de", "Am 3. Oktober und am 24. 12. 1999 sprach Ludwig XIV. Von hier an."),
        ("de", "Im 19. Jahrhundert, d.h. Anno dazumal."),
        ("fr", "M. Dupont et Mme. Durand, p. ex. Paul, voir fig. 3 et av. J.-C. Rome."),
        ("es", "El Sr. García y la Dra. Ruiz de EE.UU. Lo dicen, p.ej. Ana en la pág. 7."),
        ("it", "Il sig. Rossi e la dott.ssa Bianchi, cfr. Verdi, pag. 12 e S.p.A. Fiat."),
        ("pt", "O Sr. Silva e a Dra. Costa, p.ex. Ana, na pág. 3 da Av. Paulista."),
        ("nl", "Dhr. Jansen en mevr. De Vries, bijv. Piet, zie blz. 4, d.w.z. Morgen."),
        ("any", "J. R. R. Tolkien met C.S. Lewis."),
    ],
)
def test_abbreviations_of_a_language_end_no_sentence_in_it(language, text):
    assert sentences(text, language) == [text]


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "de",
            [
                "Es war 1999.",
                "Danach kam er.",
                "Sie ging um 10:30 Uhr.",
                "„Ja.“",
                "»Nein!«",
                "Nun.",
            ],
        ),
        ("fr", ["Il est venu.", "«Oui!»", "À demain."]),
        ("en", ["It was on page 3.", "October came."]),
        ("en", ["Das ist bzw.", "So war es."]),
        ("any", ["He met Mr.", "Smith."]),
        ("es", ["Vino ayer.", "Época de lluvias.", "¿Qué?", "¡Hola!"]),
    ],
)
def test_what_ends_a_sentence_in_each_language(language, parts):
    assert sentences(" ".join(parts), language) == parts


@pytest.mark.parametrize("language", sorted(SENTENCE_RULES))
def test_full_width_stops_end_a_sentence_without_space(language):
    parts = ["今日は晴れ。", "「本当？！」", "そう……。", "なに。。。", "ABC！", "end"]
    assert sentences("".join(parts), language) == parts
    assert sentences(" ".join(parts) + "\n", language) == parts


def test_abbreviations_are_as_they_are_looked_up():
    for rules in SENTENCE_RULES.values():
        for word in rules.abbreviations | rules.before_numbers:
            assert word == word.lower().strip(". ") != ""
            assert len(word) <= _LONGEST_ABBREVIATION
        assert not rules.abbreviations & rules.before_numbers


@pytest.mark.parametrize("text", ["", " ", "\n \n", "\u2028\t"])
def test_nothing_visible_gives_no_sentence(text):
    assert sentence_spans(text) == []


@pytest.mark.parametrize(
    "unit",
    [".", "?!", '"', ". ", "J.", "a.\n", " ", "x", ".'x", ".  ", "。", "。」", "。 ", "a \n"],
)
def test_time_grows_with_length_only(unit):
    started = time.perf_counter()
    sentence_spans(unit * (200_000 // len(unit)))
    assert time.perf_counter() - started < 10  # quadratic time would take many minutes

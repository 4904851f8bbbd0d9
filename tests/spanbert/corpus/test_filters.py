"""Each filter drops what breaks its rule and nothing else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.corpus import filters
from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.filters import drop_reason
from spanbert.corpus.language import LanguageFilter
from spanbert.errors import ConfigError

FRACTION = st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0])


def settings(**changed):
    return CorpusConfig(**{"min_characters": 1, **changed})


@pytest.mark.parametrize(
    ("text", "changed", "reason"),
    [
        ("", {}, "empty"),
        ("abc", {"min_characters": 4}, "too_short"),
        ("abcd", {"min_characters": 4}, ""),
        ("abcd", {"max_characters": 4}, ""),
        ("abcde", {"max_characters": 4}, "too_long"),
        ("ab 12 ..", {"min_letter_fraction": 0.34}, "few_letters"),
        ("ab 12 ..", {"min_letter_fraction": 0.33}, ""),
        ("ab 12 ..", {"max_digit_fraction": 0.33}, "many_digits"),
        ("ab 12 ..", {"max_digit_fraction": 0.34}, ""),
        ("नमस्ते दुनिया", {"min_letter_fraction": 1.0}, ""),  # vowel signs and all
        ("١٩٠٧", {"max_digit_fraction": 0.5}, "many_digits"),
        ("1234", {"min_letter_fraction": 0.5, "max_digit_fraction": 0.5}, "few_letters"),
    ],
)
def test_the_first_rule_that_is_broken_is_the_reason(text, changed, reason):
    assert drop_reason(text, settings(**changed), None) == reason


@given(st.text(min_size=1), FRACTION, FRACTION)
def test_fractions_are_of_the_characters_that_are_not_white_space(text, letters, digits):
    visible = [c for c in text if not c.isspace()]
    num_letters = sum(unicodedata.category(c)[0] in "LM" for c in visible)
    num_digits = sum(unicodedata.category(c) == "Nd" for c in visible)
    expected = ""
    if num_letters < letters * len(visible):
        expected = "few_letters"
    elif num_digits > digits * len(visible):
        expected = "many_digits"
    config = settings(min_letter_fraction=letters, max_digit_fraction=digits)
    assert drop_reason(text, config, None) == expected


def test_without_settings_every_text_is_kept():
    assert drop_reason(".", settings(), None) == ""


def test_characters_are_looked_at_only_where_a_fraction_is_set(monkeypatch):
    monkeypatch.setattr(filters, "_counts", None)
    assert drop_reason("text", settings(), None) == ""


def test_later_parts_of_a_document_are_never_short_and_always_over_a_limit():
    assert drop_reason("end", settings(min_characters=100), None, part=1) == ""
    assert drop_reason("end", settings(min_characters=100), None, part=0) == "too_short"
    assert drop_reason("end", settings(max_characters=100), None, part=1) == "too_long"
    assert drop_reason("", settings(), None, part=1) == "empty"
    assert drop_reason("..", settings(min_letter_fraction=0.5), None, part=1) == "few_letters"


def test_a_limit_that_no_part_can_reach_is_refused():
    with pytest.raises(ConfigError, match="max_characters = 2000000 must be at most 524288"):
        settings(max_characters=2_000_000)


def test_documents_in_other_languages_are_dropped():
    pytest.importorskip("py3langid")
    english = "They are endowed with reason and conscience and should act like it. "
    german = "Sie sind mit Vernunft und Gewissen begabt und sollen danach handeln. "
    for text, reason in ((english, ""), (german, "other_language")):
        assert drop_reason(text, settings(), LanguageFilter(["en"])) == reason
        assert drop_reason(text, settings(), None) == ""

"""A document's text -> the character spans of its sentences.

Rules with no model behind them: a missed boundary makes a longer sentence, which costs nothing
where sentences are only packed into segments. `sentence_rules.py` has what differs by language.
"""

import functools
import re

from spanbert.corpus.sentence_rules import SENTENCE_RULES, SentenceRules

_LONGEST_ABBREVIATION = 12  # characters looked back for one
_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_FULL_WIDTH = frozenset("。！？")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_ORDINAL = re.compile(r"(?:\d{1,3}\.)*\d{1,3}|[IVXLCDM]+")  # of dates too; years have four digits


def sentence_spans(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Half-open character spans of the sentences, in order, without the space around them.

    Spans do not overlap and together hold every character that is not white space. A line feed
    always ends a sentence, and so do the stops of Chinese and Japanese, `。`, `！` and `？`. A run
    of `.`, `!` or `?` ends one when white space and then a capital, a digit, a quote or a bracket
    follow, except after the language's common abbreviations, initials and, in German, ordinals.

    Args:
        language: a key of `SENTENCE_RULES`; "any" knows no abbreviations but initials.
    """
    rules = SENTENCE_RULES[language]
    stops = _stops(rules.closing)
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start, end = line.span()
        for stop in stops.finditer(text, start, end):
            stop_end, next_start = stop.end(1), stop.end()
            if next_start < end and _ends_sentence(text, stop[1], stop_end, next_start, rules):
                spans.append((start, stop_end))
                start = next_start
        spans.append((start, end))
    return spans


@functools.cache
def _stops(closing: str) -> re.Pattern[str]:
    """Stops with what closes after them, as a group, and the space that follows.

    Never fails once it has begun, so no text makes it back up. It begins with a set, not with a
    repeat of one, which is found faster.
    """
    return re.compile(rf"([.!?…。！？][.!?…。！？]*[{re.escape(closing)}]*)\s*")


def _ends_sentence(
    text: str, marks: str, stop_end: int, next_start: int, rules: SentenceRules
) -> bool:
    if marks != "." and not _FULL_WIDTH.isdisjoint(marks):
        return True
    if stop_end == next_start:  # no space follows
        return False
    following = text[next_start]
    if not (following.isupper() or following.isdigit() or following in rules.opening):
        return False
    return marks != "." or not _keeps_its_stop(text, stop_end - 1, following, rules)


def _keeps_its_stop(text: str, end: int, following: str, rules: SentenceRules) -> bool:
    """Whether the word that ends where a single full stop stands is one the stop belongs to."""
    words = text[max(0, end - _LONGEST_ABBREVIATION) : end].rsplit(None, 1)
    if not words or text[end - 1].isspace():
        return False
    word = words[-1].lstrip(rules.opening)
    lower = word.lower()
    if lower in rules.before_numbers:
        return following.isdigit()
    if lower in rules.abbreviations:
        return True
    if (len(word) == 1 or "." in word) and _INITIALS.fullmatch(word):
        return True
    return rules.has_ordinals and _ORDINAL.fullmatch(word) is not None

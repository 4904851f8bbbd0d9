"""Raw text -> clean text, with the number of characters that each rule took away.

The rules, in this order; they are the same for every language:

- `line_breaks`: "\\r\\n", "\\r", vertical tab, form feed, U+0085, U+2028 and U+2029 become a line
  feed.
- `invisible`: taken away are the other control characters but tab (U+0000 to U+001F, U+007F to
  U+009F), the soft hyphen, zero-width characters and joiners (U+180E, U+200B to U+200D, U+2060 to
  U+206F with the invisible operators), marks, embeddings, overrides and isolates of direction
  (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069), the byte order mark, interlinear
  annotation (U+FFF9 to U+FFFB), tags (U+E0000 to U+E007F), and lone surrogates, which no UTF-8 can
  hold. Emoji that joiners tie together become several, and words of Persian or of Indic scripts
  lose their joiners: BERT's own tokenizers drop these characters too.
- `spaces`: a run of spaces, tabs and the spaces of Unicode (U+00A0, U+1680, U+2000 to U+200A,
  U+202F, U+205F, U+3000) becomes one space.
- `marks`: of a run of combining marks the first 30 stay (the stream-safe text format of UAX #15).
- `composed`: the text is put in normal form NFC; compatibility forms such as "ﬁ" or "①" stay.
- `blank_lines`: taken away are spaces at both ends of a line, empty lines, and the line feed at the
  end.
- `boilerplate`: taken away are lines that equal one of those given.
"""

import functools
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Unicode's stream-safe text format (UAX #15) allows 30; ordering them takes quadratic time.
MAX_COMBINING_MARKS = 30

_Rule = Callable[[str], str]

_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]+"
)
# All but a single plain space, which is left alone because there are so many.
_SPACES = re.compile(
    r"[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000][\t \xa0\u1680\u2000-\u200a\u202f\u205f\u3000]*"
    r"| [\t \xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+"
)
# No combining mark is below U+0300 or part of a word; the exact test is slow and these runs are
# rare. A pattern that begins with a set, not with a repeat of it, is searched for much faster.
_MAY_HOLD_MARKS = re.compile(
    rf"[^\x00-\u02ff\w][^\x00-\u02ff\w]{{{MAX_COMBINING_MARKS - 1}}}[^\x00-\u02ff\w]+"
)
_LINE_FEEDS = re.compile(r"\n[ \n]+")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A clean text and what cleaning it took: len(raw) = len(text) + Σ removed."""

    text: str
    # Characters by which each rule made it shorter; one that only changed some, or did nothing, is
    # left out. NFC makes a few texts longer: `composed` may be negative.
    removed: dict[str, int]


def clean(text: str) -> str:
    """The text in one normal form: NFC, no invisible characters, no blank lines, single spaces.

    Takes linear time; cleaning twice changes nothing.
    """
    for _, rule in _rules(text):
        text = rule(text)
    return text


def cleaned(text: str, boilerplate: frozenset[str] = frozenset()) -> Cleaned:
    """The text as `clean` gives it, less its lines of boilerplate, with what each rule removed.

    Args:
        boilerplate: lines, each as `clean` gives it.
    """
    num_characters, removed = len(text), Counter[str]()
    for name, rule in _rules(text):
        before, text = len(text), rule(text)
        removed[name] += before - len(text)
    if boilerplate:
        before, text = len(text), _without_lines(text, boilerplate)
        removed["boilerplate"] += before - len(text)
    assert num_characters == len(text) + sum(removed.values()), removed
    return Cleaned(text, {name: count for name, count in removed.items() if count})


def _rules(text: str) -> Iterator[tuple[str, _Rule]]:
    """The rules that may change the text, in order, each with the name that it is counted under."""
    # every character of the first three rules but the plain space is unprintable to Python
    is_plain = text.replace("\n", "").isprintable()
    if not is_plain:
        yield "line_breaks", _with_line_feeds
        yield "invisible", _without_invisible
    if not is_plain or "  " in text:
        yield "spaces", _with_single_spaces
    if not text.isascii():
        # before, to bound the time of NFC; after, since NFC splits some marks into two
        yield "marks", _without_excess_marks
        yield "composed", _composed
        yield "marks", _without_excess_marks
    yield "blank_lines", _without_blank_lines


def _with_line_feeds(text: str) -> str:
    return _LINE_BREAKS.sub("\n", text)


def _without_invisible(text: str) -> str:
    return _INVISIBLE.sub("", text)


def _with_single_spaces(text: str) -> str:
    return _SPACES.sub(" ", text)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _without_blank_lines(text: str) -> str:
    return _LINE_FEEDS.sub("\n", text.replace(" \n", "\n")).strip(" \n")


def _without_lines(text: str, lines: frozenset[str]) -> str:
    return "\n".join(line for line in text.split("\n") if line not in lines)


def _without_excess_marks(text: str) -> str:
    return _MAY_HOLD_MARKS.sub(lambda run: _excess_marks().sub(r"\1", run[0]), text)


@functools.cache
def _excess_marks() -> re.Pattern[str]:
    """A run of more combining marks than allowed; its first group is what may stay."""
    decomposed = ((c, unicodedata.normalize("NFD", c)) for c in map(chr, range(sys.maxunicode + 1)))
    # some characters that are no marks themselves become two marks
    marks = "".join(c for c, parts in decomposed if unicodedata.combining(parts[0]))
    return re.compile(f"([{marks}]{{{MAX_COMBINING_MARKS}}})[{marks}]+")

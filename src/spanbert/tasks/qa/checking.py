"""Records of any layout -> why they cannot be used, or the answers that can be trained on."""

import re
import unicodedata

from spanbert.tasks.contents import is_text
from spanbert.tasks.qa.layouts.record import RawAnswer, Record

_MISSING = "a field is missing or is not text"
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def fault_of(record: Record, *, need_answers: bool) -> str:
    """Why a question cannot be used, or "".

    Args:
        need_answers: whether it must have some, or be marked as impossible.
    """
    has_id = isinstance(record.id, str | int) and is_text(str(record.id))
    if not (has_id and is_text(record.question) and is_text(record.context)):
        return _MISSING
    if record.is_impossible not in (True, False):
        return "is_impossible is neither true nor false"
    if need_answers and not record.is_impossible:
        if record.answers is None or record.gold is None:
            return "no list of answers"
        if not record.answers:
            return "no answer, and not marked as impossible"
    return ""


def answer_fault(answer: RawAnswer, context: str) -> str:
    """Why an answer cannot be used, or ""."""
    if not is_text(answer.text) or type(answer.start) not in (int, type(None)):
        return _MISSING
    if not answer.text.strip():
        return "empty"
    start, end = place_of(answer, context)
    if start < 0 and answer.start is None:
        return "not in its context"
    shown = context[start:end] if start >= 0 else ""
    is_there = shown == answer.text if answer.end is None else _spelt_alike(shown, answer.text)
    return "" if is_there else f"not at its {answer.offset_name}"


def place_of(answer: RawAnswer, context: str) -> tuple[int, int]:
    """[start, end) of an answer, in characters; (-1, ...) of one that is nowhere."""
    start = context.find(answer.text) if answer.start is None else answer.start
    return start, start + len(answer.text) if answer.end is None else answer.end


def _spelt_alike(shown: str, text: str) -> bool:
    """Whether letters and digits agree, all that MRQA's search for answers went by.

    Case, accents, articles, spaces and punctuation of its `text` may be another than in the
    context.
    """
    return shown == text or _letters(shown) == _letters(text) != ""


def _letters(text: str) -> str:
    bare = _ARTICLES.sub(" ", unicodedata.normalize("NFKD", text).casefold())
    return "".join(filter(str.isalnum, bare))

"""SQuAD files -> questions: the layout of SQuAD 1.1 and 2.0, plain or compressed.

Every record that cannot be used is left out with a reason and counted; where many cannot, the file
is refused, because its offsets were surely counted in another text. `features.py` makes windows.
"""

import contextlib
import gzip
import json
import lzma
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, TypeGuard

from spanbert.errors import DataError, DependencyError

MAX_BROKEN_FRACTION = 0.01  # of a file's answers, and of its questions
_MISSING = "a field is missing or is not text"


@dataclass(frozen=True, slots=True)
class Answer:
    """One annotator's answer, a part of the context."""

    text: str
    start: int  # character offset in the context


@dataclass(frozen=True, slots=True)
class Question:
    """A question about one context; without answers when it is impossible or not annotated."""

    id: str
    question: str
    context: str
    answers: tuple[Answer, ...] = ()
    is_impossible: bool = False
    title: str = ""
    gold: tuple[str, ...] = ()  # texts that a prediction is scored against


@dataclass(frozen=True)
class QuestionFile:
    """The usable questions of a file, in order, and what was left out."""

    questions: list[Question]
    skipped: dict[str, int]  # questions and answers by reason


class _Ledger:
    """How many records of one kind were seen, and why some were left out."""

    def __init__(self, noun: str) -> None:
        self._noun, self.num_seen, self._first_id = noun, 0, ""
        self.reasons: Counter[str] = Counter()

    def leave_out(self, reason: str, question_id: str) -> None:
        """Count one broken record."""
        self.reasons[f"{self._noun}: {reason}"] += 1
        self._first_id = self._first_id or question_id

    def require_few(self, path: Path) -> None:
        """Refuse the file when too many records are broken."""
        num_broken = self.reasons.total()
        if num_broken > MAX_BROKEN_FRACTION * self.num_seen:
            parts = "; ".join(f"{reason}, {count}" for reason, count in self.reasons.items())
            raise DataError(
                f"{num_broken} of {self.num_seen} {self._noun}s are broken ({parts}),"
                f" the first at question {self._first_id!r}",
                place=str(path),
                remedy="correct or remove them",
            )


def read_questions(path: Path, *, need_answers: bool = True) -> QuestionFile:
    """The questions of a SQuAD file.

    Args:
        need_answers: False to predict: answers are neither needed nor looked at.

    Raises:
        DataError: the file cannot be read, holds no question, or more than 1 % of its answers or
            of its questions are broken.
        DependencyError: the file is .zst and zstandard is not installed.
    """
    questions: dict[str, Question] = {}
    records, answers = _Ledger("question"), _Ledger("answer")
    for title, context, raw in squad_records(path):
        records.num_seen += 1
        reason = _fault(context, raw, questions, need_answers)
        if reason:
            records.leave_out(reason, str(raw.get("id", "")))
            continue
        is_impossible = bool(raw.get("is_impossible", False))
        kept: list[Answer] = []
        if need_answers and not is_impossible:
            kept = _answers(raw["answers"], context, str(raw["id"]), answers)
            if not kept:
                continue
        question = Question(
            str(raw["id"]), raw["question"], context, tuple(kept), is_impossible, title
        )
        questions[question.id] = question
    records.require_few(path)
    answers.require_few(path)
    if not questions:
        raise DataError("no question", place=str(path), remedy="pass a SQuAD file with questions")
    return QuestionFile(list(questions.values()), dict(records.reasons + answers.reasons))


def squad_records(path: Path) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """(title, context, question) as they stand in the file; a malformed one is an empty dict.

    Raises:
        DataError: the file is not there, or is not JSON in SQuAD's layout.
        DependencyError: the file is .zst and zstandard is not installed.
    """
    content = load_json(path)
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        remedy = 'pass a SQuAD file: {"data": [{"paragraphs": [...]}]}'
        raise DataError('no list "data" in it', place=str(path), remedy=remedy)
    for article in _dicts_in(content, "data"):
        for paragraph in _dicts_in(article, "paragraphs"):
            for record in _dicts_in(paragraph, "qas"):
                yield str(article.get("title", "")), paragraph.get("context"), record


def load_json(path: Path) -> Any:
    """The content of a JSON file, plain or compressed.

    Raises:
        DataError: the file is not there, or is not JSON.
        DependencyError: the file is .zst and zstandard is not installed.
    """
    try:
        with _open_text(path) as handle:
            return json.load(handle)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        remedy = "check the path, or fetch the file again"
        cause = getattr(error, "strerror", None) or error
        raise DataError(f"cannot read it ({cause})", place=str(path), remedy=remedy) from error
    except (ValueError, RecursionError) as error:  # neither JSON nor UTF-8
        remedy = "pass a JSON file, plain or as .gz, .xz or .zst"
        raise DataError(f"not JSON ({error})", place=str(path), remedy=remedy) from error


@contextlib.contextmanager
def _open_text(path: Path) -> Iterator[TextIO]:
    """A text file by its suffix; a byte order mark is skipped."""
    if path.suffix == ".zst":
        with _open_zstandard(path) as handle:
            yield handle
        return
    openers = {".gz": gzip.open, ".xz": lzma.open}
    with openers.get(path.suffix, open)(path, "rt", encoding="utf-8-sig") as handle:
        yield handle


@contextlib.contextmanager
def _open_zstandard(path: Path) -> Iterator[TextIO]:
    try:
        import zstandard  # optional: only .zst files need it
    except ImportError as error:
        raise DependencyError(
            "a .zst file needs the package zstandard",
            place=str(path),
            remedy="pip install 'spanbert[corpus]'",
        ) from error
    try:
        with zstandard.open(path, "rt", encoding="utf-8-sig") as handle:
            yield handle
    except zstandard.ZstdError as error:
        raise EOFError(str(error)) from error


def _dicts_in(record: Any, key: str) -> list[dict[str, Any]]:
    """The dicts in a list field; a malformed list or item is one empty dict."""
    items = record.get(key) if isinstance(record, dict) else None
    if not isinstance(items, list):
        return [{}]
    return [item if isinstance(item, dict) else {} for item in items]


def _fault(
    context: Any, raw: dict[str, Any], known: dict[str, Question], need_answers: bool
) -> str:
    """Why a question cannot be used, or ""."""
    has_id = isinstance(raw.get("id"), str | int)
    if not (has_id and _is_text(raw.get("question")) and _is_text(context)):
        return _MISSING
    if str(raw["id"]) in known:
        return "its id was used before"
    if need_answers and not raw.get("is_impossible", False):
        if not isinstance(raw.get("answers"), list):
            return _MISSING
        if not raw["answers"]:
            return "no answer, and not marked as impossible"
    return ""


def _answers(raw: list[Any], context: str, question_id: str, ledger: _Ledger) -> list[Answer]:
    kept = []
    for record in raw:
        ledger.num_seen += 1
        reason = _answer_fault(record, context)
        if reason:
            ledger.leave_out(reason, question_id)
        else:
            kept.append(Answer(record["text"], record["answer_start"]))
    return kept


def _answer_fault(record: Any, context: str) -> str:
    """Why an answer cannot be used, or ""."""
    if not isinstance(record, dict):
        return _MISSING
    text, start = record.get("text"), record.get("answer_start")
    if not (_is_text(text) and isinstance(start, int)):
        return _MISSING
    if not text.strip():
        return "empty"
    if start < 0 or context[start : start + len(text)] != text:
        return "not at its answer_start"
    return ""


def _is_text(value: Any) -> TypeGuard[str]:
    """Whether this is a string that UTF-8 can hold: half a surrogate pair cannot be tokenized."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True

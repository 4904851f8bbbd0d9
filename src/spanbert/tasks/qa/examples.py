"""Files of questions -> questions that can be used: SQuAD, MRQA or our own lines.

Every record that cannot be used is left out with a reason and counted; where many cannot, the file
is refused. `layouts/` reads the files, `features.py` makes windows.
"""

from dataclasses import dataclass
from pathlib import Path

from spanbert.errors import DataError
from spanbert.progress import Say
from spanbert.tasks.contents import is_text
from spanbert.tasks.ledger import Ledger, tell_skipped
from spanbert.tasks.qa.checking import answer_fault, fault_of, place_of
from spanbert.tasks.qa.layouts.recognised import Layout, read_records
from spanbert.tasks.qa.layouts.record import Record


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
    answers: tuple[Answer, ...] = ()  # at their places; the first is what is trained on
    is_impossible: bool = False
    title: str = ""
    gold: tuple[str, ...] = ()  # all texts that a prediction is scored against, found or not


@dataclass(frozen=True)
class QuestionFile:
    """The usable questions of a file, in order, and what was left out."""

    questions: list[Question]
    skipped: dict[str, int]  # questions and answers by reason
    layout: Layout

    def tell_skipped(self, path: Path, say: Say) -> None:
        """Say what was left out of the file, if anything was."""
        tell_skipped(self.skipped, path, say)


def read_questions(path: Path, *, need_answers: bool = True) -> QuestionFile:
    """The questions of a file, in whichever layout it is.

    Args:
        need_answers: False to predict: places of answers are neither needed nor looked at, and
            their texts are taken where there are any.

    Raises:
        DataError: the file cannot be read, is in no known layout, holds no question, or more than
            1 % of its answers or of its questions are broken.
        IntegrityError: it expands like a decompression bomb.
        DependencyError: it is .zst and zstandard is not installed.
    """
    questions: dict[str, Question] = {}
    seen, answers = Ledger("question", "question"), Ledger("answer", "question")
    layout, records = read_records(path)
    for record in records:
        seen.num_seen += 1
        fault = fault_of(record, need_answers=need_answers)
        if not fault and str(record.id) in questions:
            fault = "its id was used before"
        if fault:
            seen.leave_out(fault, record.id, record.line)
            continue
        kept: list[Answer] = []
        if need_answers and not record.is_impossible:
            kept = _found(record, answers)
            if not kept:
                continue
        questions[str(record.id)] = _question(record, kept)
    seen.require_few(path)
    answers.require_few(path)
    if not questions:
        raise DataError("no question", place=str(path), remedy="pass a file with questions")
    return QuestionFile(list(questions.values()), dict(seen.reasons + answers.reasons), layout)


def _found(record: Record, ledger: Ledger) -> list[Answer]:
    """The answers that stand at their places, as they are written there."""
    kept: list[Answer] = []
    for answer in record.answers or []:
        ledger.num_seen += 1
        fault = answer_fault(answer, record.context)
        if fault:
            ledger.leave_out(fault, record.id, record.line)
        else:
            start, end = place_of(answer, record.context)
            kept.append(Answer(record.context[start:end], start))
    return kept


def _question(record: Record, answers: list[Answer]) -> Question:
    return Question(
        id=str(record.id),
        question=record.question,
        context=record.context,
        answers=tuple(answers),
        is_impossible=bool(record.is_impossible),
        title=record.title,
        gold=tuple(filter(is_text, record.gold or [])),
    )

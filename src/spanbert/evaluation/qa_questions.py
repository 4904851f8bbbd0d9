"""Questions and predicted texts -> a score for each, by the rules of SQuAD 1.1 or of 2.0."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spanbert.errors import DataError
from spanbert.evaluation.qa_files import GoldQuestion
from spanbert.evaluation.qa_words import WordsOf, exact_match, word_f1, word_f1_or_none
from spanbert.tasks.qa.examples import Question


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """The score of one question, each part 0 to 1."""

    id: str
    exact: float
    f1: float
    has_answer: bool


def question_scores(
    questions: Iterable[Question | GoldQuestion], texts: Mapping[str, str], *, allows_none: bool
) -> list[QuestionScore]:
    """The score of each question, in order; 0 where it has no prediction.

    Args:
        texts: answers by id; "" says that there is none.
        allows_none: the rules of SQuAD 2.0: a question without gold texts wants no answer, and
            golds of articles and punctuation alone are passed over. Else the rules of 1.1.

    Raises:
        DataError: a question has a prediction but no gold text, and must have one.
    """
    words_of = WordsOf()
    f1 = word_f1_or_none if allows_none else word_f1
    scores: list[QuestionScore] = []
    for question in questions:
        has_answer, text = bool(question.gold), texts.get(question.id)
        if text is None:
            scores.append(QuestionScore(question.id, 0.0, 0.0, has_answer))
            continue
        golds = [words_of[gold] for gold in dict.fromkeys(question.gold)]
        if allows_none:
            golds = [words for words in golds if words] or [[]]
        if not golds:
            remedy = "leave the question out, or give it an answer"
            raise DataError(f"no gold answer to question {question.id!r}", remedy=remedy)
        words = words_of[text]
        exact = max(exact_match(gold, words) for gold in golds)
        scores.append(
            QuestionScore(question.id, exact, max(f1(gold, words) for gold in golds), has_answer)
        )
    return scores

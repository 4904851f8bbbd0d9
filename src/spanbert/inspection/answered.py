"""Answers to questions about a text -> lines for a terminal."""

from collections.abc import Iterator, Sequence

from spanbert.inspection.terminal import padded, printable
from spanbert.tasks.qa.answers import Prediction

_PLACE, _SHARE = 26, 9  # columns of an answer's place and of its probability
_NARROWEST = 20
_NONE = "(no answer)"


def draw_answers(questions: Sequence[str], predictions: Sequence[Prediction], columns: int) -> str:
    """Each question, and below it its answer, where that stands, and how sure the model is."""
    width = max(columns - _PLACE - _SHARE - 4, _NARROWEST)
    lines: list[str] = []
    for question, prediction in zip(questions, predictions, strict=True):
        lines += ["", printable(question), *_answer(prediction, width)]
    return "\n".join(lines[1:])


def _answer(prediction: Prediction, width: int) -> Iterator[str]:
    place = f"characters {prediction.start} to {prediction.end}" if prediction.text else ""
    answer = padded(printable(prediction.text) or _NONE, width)
    share = f"{100 * prediction.probability:.1f} %".rjust(_SHARE)
    yield f"  {answer}  {padded(place, _PLACE)}{share}"

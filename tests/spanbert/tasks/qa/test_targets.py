"""Which pieces hold an answer; `test_features.py` compares whole windows with a naive loop."""

from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.qa.examples import Answer, Question
from spanbert.tasks.qa.targets import answer_pieces


def cut(tokenizer, context, text, at=None):
    """What the pieces of an answer hold."""
    answer = Answer(text, context.index(text) if at is None else at)
    encoder = TextEncoder(tokenizer)
    contexts, context_of = encoder.encode_distinct(["Zoë was here.", context])
    questions = [Question("a", "", "", ()), Question("q", "", "", (answer,))]
    (_, first), (_, end) = answer_pieces(questions, contexts, context_of)
    if first >= end:
        return None
    passage = tokenizer.encode(context)
    return context[passage.starts[first] : passage.ends[end - 1]]


def test_the_answer_is_the_tightest_run_of_pieces(tokenizer):
    context = "Only seven people came (of 40)."
    assert cut(tokenizer, context, "seven people") == "seven people"
    assert cut(tokenizer, context, " seven ") == "seven"
    assert cut(tokenizer, context, "(of 40)") == "(of 40)"
    assert cut(tokenizer, context, "40") == "40"
    assert cut(tokenizer, context, " ", at=4) is None

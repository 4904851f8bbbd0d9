"""Decoding against brute force over all windows and spans."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.answers import decode_answers
from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.features import windows_of

WORDS = ["Ann", "river", "mill,", "Ann", "(40)", "Zoë", "  ", "built", "漢字", "\n"]


def ranked(values, count):
    """Positions of the best values, those further left first among equals."""
    return sorted(range(len(values)), key=lambda i: (-values[i], i))[:count]


def brute_force(question, windows, scores, config):
    """(candidates as (text, start, end, score), null score) by looking at every pair."""
    found = []
    for window, score in zip(windows, scores, strict=True):
        pieces = score[len(window.prefix) : -1]
        starts = [i for i in range(len(pieces)) if window.has_most_context[i]]
        starts = [starts[i] for i in ranked([pieces[j][0] for j in starts], config.num_best)]
        ends = ranked([row[1] for row in pieces], config.num_best)
        for first in sorted(starts):
            for last in sorted(ends):
                if 1 <= last - first + 1 <= config.max_answer_pieces:
                    begin = int(window.passage.starts[window.start + first])
                    stop = int(window.passage.ends[window.start + last])
                    total = float(pieces[first][0] + pieces[last][1])
                    found.append((question.context[begin:stop], begin, stop, total))
    distinct = []
    for candidate in sorted(found, key=lambda c: -c[3]):  # stable
        if candidate[0] not in [text for text, *_ in distinct]:
            distinct.append(candidate)
    null = min(float(score[0][0] + score[0][1]) for score in scores)
    return distinct[: config.num_best], null


CONTEXTS = st.lists(
    st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), min_size=1, max_size=4
)
SETTINGS = st.fixed_dictionaries(
    {
        "max_length": st.integers(15, 30),
        "max_question_pieces": st.just(4),
        "window_step": st.integers(1, 20),
        "num_best": st.integers(1, 6),
        "max_answer_pieces": st.integers(1, 9),
    }
)


@given(CONTEXTS, SETTINGS, st.booleans(), st.integers(0, 2**32 - 1))
@settings(max_examples=250)
def test_decoding_equals_brute_force_and_the_text_stands_in_the_context(
    tokenizer, contexts, values, coarse, seed
):
    many = [Question(str(i), "Who was it?", text) for i, text in enumerate(contexts)]
    config = QAConfig(**values)
    windows = windows_of(many, tokenizer, config)
    rng = np.random.default_rng(seed)
    scores = [rng.normal(size=(w.num_tokens, 2)).astype(np.float32) for w in windows]
    if coarse:  # so that many scores are equal
        scores = [np.round(score) for score in scores]
    predictions = decode_answers(windows, scores, config)
    assert [p.id for p in predictions] == [q.id for q in many]
    for number, (question, prediction) in enumerate(zip(many, predictions, strict=True)):
        own = [i for i, window in enumerate(windows) if window.number == number]
        expected, null = brute_force(
            question, [windows[i] for i in own], [scores[i] for i in own], config
        )
        assert [candidate[:4] for candidate in prediction.candidates] == expected
        assert prediction.null_score == null
        best = expected[0] if expected else ("", 0, 0, null)
        assert (prediction.text, prediction.start, prediction.end, prediction.score) == best
        assert prediction.text == question.context[prediction.start : prediction.end]


def decode_one(tokenizer, context, start_scores, end_scores, **changes):
    """The prediction for one window whose words are single pieces."""
    config = QAConfig(**changes)
    windows = windows_of([Question("q", "Who?", context)], tokenizer, config)
    score = np.full((windows[0].num_tokens, 2), -9.0, dtype=np.float32)
    score[0] = 50.0  # [CLS] and the question are no answer
    score[1 : len(windows[0].prefix)] = 99.0
    score[len(windows[0].prefix) : -1, 0] = start_scores
    score[len(windows[0].prefix) : -1, 1] = end_scores
    return decode_answers(windows, [score], config)[0]


def test_probabilities_are_a_softmax_over_the_distinct_texts_that_are_kept(tokenizer):
    prediction = decode_one(tokenizer, "Ann Ann", [2.0, 1.0], [0.0, 0.0], max_answer_pieces=1)
    assert [c.text for c in prediction.candidates] == ["Ann"]
    assert prediction.candidates[0].probability == 1.0
    prediction = decode_one(tokenizer, "Ann Bob", [2.0, 1.0], [0.0, -1.0])
    scores = [c.score for c in prediction.candidates]
    assert [c.text for c in prediction.candidates] == ["Ann", "Ann Bob", "Bob"]
    total = sum(math.exp(s) for s in scores)
    assert [c.probability for c in prediction.candidates] == pytest.approx(
        [math.exp(s) / total for s in scores]
    )


def test_of_equal_scores_the_span_further_left_is_taken(tokenizer):
    prediction = decode_one(tokenizer, "Ann Bob", [1.0, 1.0], [1.0, 1.0], num_best=1)
    assert (prediction.text, prediction.start, prediction.end) == ("Ann", 0, 3)


def test_an_end_before_every_start_leaves_no_answer(tokenizer):
    prediction = decode_one(tokenizer, "Ann Bob", [0.0, 9.0], [9.0, 0.0], num_best=1)
    assert (prediction.text, prediction.start, prediction.end) == ("", 0, 0)
    assert prediction.candidates == ()
    assert prediction.score == prediction.null_score == 100.0


def test_huge_scores_do_not_overflow(tokenizer):
    prediction = decode_one(tokenizer, "Ann Bob", [1e30, 0.0], [1e30, 0.0])
    assert sum(c.probability for c in prediction.candidates) == pytest.approx(1)


def test_no_question_has_no_answer():
    assert decode_answers([], [], QAConfig()) == []

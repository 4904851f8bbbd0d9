"""Decoding against brute force over all windows and spans."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanbert.tasks.config import QAConfig
from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.qa.answers import decode_answers, merged, shifted
from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.features import AskedQuestions, windows_of

WORDS = ["Ann", "river", "mill,", "Ann", "(40)", "Zoë", "  ", "built", "漢字", "\n"]


def ranked(values, count):
    """Positions of the best values, those further left first among equals."""
    return sorted(range(len(values)), key=lambda i: (-values[i], i))[:count]


def pieces_of(windows, row):
    """(position, character offsets, is best seen here) of each context piece of a window."""
    layout, number = windows.layout, windows.context_of[windows.layout.contexts[row]]
    begin, shift = windows.contexts.bounds[number], windows.first_pieces[row]
    for piece in range(layout.starts[row], layout.ends[row]):
        offsets = (windows.contexts.starts[begin + piece], windows.contexts.ends[begin + piece])
        is_best = layout.best_starts[row] <= piece < layout.best_ends[row]
        yield int(piece - layout.starts[row] + shift), offsets, is_best


def brute_force(question, windows, rows, scores, config):
    """(candidates as (text, start, end, score), null score) by looking at every pair."""
    found = []
    for row in rows:
        score, pieces = scores[row], {p: rest for p, *rest in pieces_of(windows, row)}
        for first in sorted(ranked(score[:, 0], config.num_best)):
            for last in sorted(ranked(score[:, 1], config.num_best)):
                if first not in pieces or last not in pieces or not pieces[first][1]:
                    continue
                if 1 <= last - first + 1 <= config.max_answer_pieces:
                    begin, stop = int(pieces[first][0][0]), int(pieces[last][0][1])
                    total = float(score[first][0] + score[last][1])
                    found.append((question.context[begin:stop], begin, stop, total))
    distinct = []
    for candidate in sorted(found, key=lambda c: -c[3]):  # stable
        if candidate[0] not in [text for text, *_ in distinct]:
            distinct.append(candidate)
    null = min(float(scores[row][0][0] + scores[row][0][1]) for row in rows)
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
    flat = rng.normal(size=(windows.lengths.sum(), 2)).astype(np.float32)
    if coarse:  # so that many scores are equal
        flat = np.round(flat)
    scores = np.split(flat, np.cumsum(windows.lengths)[:-1])
    predictions = decode_answers(windows, flat, config)
    assert [p.id for p in predictions] == [q.id for q in many]
    for number, (question, prediction) in enumerate(zip(many, predictions, strict=True)):
        rows = np.flatnonzero(windows.layout.contexts == number)
        expected, null = brute_force(question, windows, rows, scores, config)
        assert [candidate[:4] for candidate in prediction.candidates] == expected
        assert prediction.null_score == null
        best = expected[0] if expected else ("", 0, 0, null)
        assert (prediction.text, prediction.start, prediction.end, prediction.score) == best
        assert prediction.text == question.context[prediction.start : prediction.end]
        for one in prediction.candidates:
            assert one.score == pytest.approx(one.start_score + one.end_score, abs=1e-6)


@given(CONTEXTS, SETTINGS, st.integers(0, 2**32 - 1), st.sampled_from([None, -1.0, 0.0]))
@settings(max_examples=100)
def test_groups_of_windows_merged_give_what_all_windows_give(
    tokenizer, contexts, values, seed, threshold
):
    question, config = Question("q", "Who was it?", " ".join(contexts)), QAConfig(**values)
    windows = windows_of([question], tokenizer, config)
    rng = np.random.default_rng(seed)
    flat = np.round(rng.normal(size=(windows.lengths.sum(), 2)), 1).astype(np.float32)
    cut, parts = rng.random(len(windows)) < 0.3, []
    for rows in np.split(np.arange(len(windows)), np.flatnonzero(cut[1:]) + 1):
        chosen = np.isin(np.arange(len(windows)), rows)
        asked = AskedQuestions.of([question], TextEncoder(tokenizer), config)
        part = asked.windows(windows.contexts, windows.context_of, windows.layout[chosen])
        own = flat[np.repeat(chosen, windows.lengths)]
        (found,) = decode_answers(part, own, config, threshold)
        parts.append(shifted(found, 5))
    (whole,) = decode_answers(windows, flat, config, threshold)
    found, expected = merged(parts, config.num_best, threshold), shifted(whole, 5)
    assert [c[:4] for c in found.candidates] == [c[:4] for c in expected.candidates]
    assert [c.probability for c in found.candidates] == pytest.approx(
        [c.probability for c in expected.candidates], abs=1e-6
    )
    assert found.null[:4] == whole.null[:4]
    assert found.probability == pytest.approx(whole.probability, abs=1e-6)
    assert (found.text, found.score) == (whole.text, whole.score)
    assert found.start == whole.start + 5 * bool(whole.text)


def decode_one(tokenizer, context, start_scores, end_scores, threshold=None, cls=50.0, **changes):
    """The prediction for one window whose words are single pieces."""
    config = QAConfig(**changes)
    windows = windows_of([Question("q", "Who?", context)], tokenizer, config)
    score = np.full((windows.lengths[0], 2), -9.0, dtype=np.float32)
    first = int(windows.first_pieces[0])
    score[0] = cls  # [CLS] and the question are no answer
    score[1:first] = -5.0
    score[first:-1, 0] = start_scores
    score[first:-1, 1] = end_scores
    return decode_answers(windows, score, config, threshold)[0]


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
    prediction = decode_one(tokenizer, "Ann Bob", [1.0, 1.0], [1.0, 1.0], cls=-1.0, num_best=1)
    assert (prediction.text, prediction.start, prediction.end) == ("Ann", 0, 3)


def test_an_end_before_every_start_leaves_no_answer(tokenizer):
    prediction = decode_one(tokenizer, "Ann Bob", [0.0, 9.0], [9.0, 0.0], cls=-1.0, num_best=1)
    assert (prediction.text, prediction.start, prediction.end) == ("", 0, 0)
    assert prediction.candidates == ()
    assert prediction.score == prediction.null_score == -2.0
    assert prediction.probability == prediction.no_answer_margin == 0.0


def test_the_best_of_all_tokens_are_considered_as_the_official_code_does(tokenizer):
    assert decode_one(tokenizer, "Ann Bob", [1.0, 0.0], [0.0, 1.0], num_best=1).text == ""
    assert decode_one(tokenizer, "Ann Bob", [1.0, 0.0], [0.0, 1.0], num_best=2).text == "Ann Bob"


@pytest.mark.parametrize(
    ("threshold", "text"), [(None, "Ann"), (1.5, "Ann"), (1.0, "Ann"), (0.9, ""), (-9.0, "")]
)
def test_above_its_threshold_the_empty_answer_is_given(tokenizer, threshold, text):
    prediction = decode_one(tokenizer, "Ann", [2.0], [1.0], threshold, cls=2.0)
    assert (prediction.text, prediction.start, prediction.end) == (text, 0, len(text))
    assert prediction.no_answer_margin == 1.0  # 4 - 3
    assert prediction.candidates[0].text == "Ann"
    assert prediction.score == (3.0 if text else 4.0)
    assert prediction.null[:4] == ("", 0, 0, 4.0)
    assert prediction.null[5:] == (2.0, 2.0)


def test_a_model_with_a_threshold_weighs_the_empty_answer_too(tokenizer):
    of_ann = 1 / (1 + math.e)
    prediction = decode_one(tokenizer, "Ann", [2.0], [1.0], 9.0, cls=2.0)
    assert prediction.probability == prediction.candidates[0].probability
    assert prediction.probability == pytest.approx(of_ann)
    assert prediction.null.probability == pytest.approx(1 - of_ann)
    prediction = decode_one(tokenizer, "Ann", [2.0], [1.0], 0.0, cls=2.0)
    assert prediction.probability == pytest.approx(1 - of_ann)
    prediction = decode_one(tokenizer, "Ann", [2.0], [1.0], None, cls=2.0)
    assert (prediction.probability, prediction.null.probability) == (1.0, 0.0)


def test_candidates_are_a_sequence_equal_to_a_tuple(tokenizer):
    found = decode_one(tokenizer, "Ann Bob", [2.0, 1.0], [0.0, -1.0]).candidates
    listed = tuple(found)
    assert found == listed
    assert listed == tuple(found[i] for i in range(3))
    assert found[-1] == listed[2]
    assert found[1:] == listed[1:]
    assert found != listed[:2]
    assert repr(found) == repr(listed)
    with pytest.raises(IndexError):
        found[3]


def test_huge_scores_do_not_overflow(tokenizer):
    prediction = decode_one(tokenizer, "Ann Bob", [1e30, 0.0], [1e30, 0.0])
    assert sum(c.probability for c in prediction.candidates) == pytest.approx(1)


def test_no_question_has_no_answer(tokenizer):
    windows = windows_of([], tokenizer, QAConfig())
    assert decode_answers(windows, np.zeros((0, 2), np.float32), QAConfig()) == []

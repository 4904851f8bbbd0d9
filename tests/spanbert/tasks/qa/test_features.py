"""Windows against a naive loop over the same rules, and what must hold for any text."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.examples import Answer, Question
from spanbert.tasks.qa.features import (
    answer_pieces,
    batch_of,
    most_context_window,
    window_spans,
    windows_of,
)

TEXT = st.lists(
    st.sampled_from(
        ["Ann", "river", "mill,", " ", "\u00a0", "(40)", "Zoë", "1907", "漢字", "🙂", "-"]
    ),
    max_size=60,
).map(" ".join)


EDGES = st.tuples(st.integers(0, 300), st.integers(0, 300))
LENGTHS = st.tuples(st.integers(1, 12), st.integers(8, 20), st.integers(1, 30))


def question_of(text, context, edges):
    """A question whose answer lies between two places of its context."""
    start, end = sorted(edge % (len(context) + 1) for edge in edges)
    answers = (Answer(context[start:end], start),) if start < end else ()
    return Question("q", text, context, answers)


def config_of(lengths):
    max_question, room, step = lengths
    return QAConfig(
        max_length=max_question + room + 3, max_question_pieces=max_question, window_step=step
    )


def naive_spans(num_pieces, room, step):
    """The published recipe: go on until the window that sees the end."""
    spans, start = [], 0
    while True:
        length = min(num_pieces - start, room)
        spans.append((start, start + length))
        if start + length == num_pieces:
            return spans
        start += min(length, step)


def naive_owner(piece, spans):
    """The published max-context rule, for one piece."""
    best, owner = None, None
    for number, (start, end) in enumerate(spans):
        if start <= piece < end:
            score = min(piece - start, end - 1 - piece) + 0.01 * (end - start)
            if best is None or score > best:
                best, owner = score, number
    return owner


def naive_windows(question, tokenizer, config):
    """(ids, token types, targets) of each window, one piece at a time."""
    asked = tokenizer.encode(question.question).ids.tolist()[: config.max_question_pieces]
    passage = tokenizer.encode(question.context)
    inside = []
    if question.answers:
        begin = question.answers[0].start
        stop = begin + len(question.answers[0].text)
        pieces = zip(passage.starts, passage.ends, strict=True)
        inside = [i for i, (s, e) in enumerate(pieces) if s < stop and e > begin]
    windows = []
    room = config.max_length - len(asked) - 3
    for start, end in naive_spans(len(passage.ids), room, config.window_step):
        head = [tokenizer.cls_id, *asked, tokenizer.sep_id]
        ids = [*head, *passage.ids[start:end].tolist(), tokenizer.sep_id]
        types = [0] * len(head) + [1] * (len(ids) - len(head))
        targets = (0, 0)
        if inside and start <= inside[0] and inside[-1] < end:
            targets = (len(head) + inside[0] - start, len(head) + inside[-1] - start)
        windows.append((ids, types, targets))
    return windows


@given(TEXT, TEXT, EDGES, LENGTHS)
@settings(max_examples=150)
def test_windows_equal_the_naive_ones(tokenizer, text, context, edges, lengths):
    question, config = question_of(text, context, edges), config_of(lengths)
    windows = windows_of([question], tokenizer, config)
    batch = batch_of(windows, torch.device("cpu"))
    token_ids = batch.token_ids.split(list(batch.packing.lengths))
    token_types = batch.token_type_ids.split(list(batch.packing.lengths))
    found = [
        (ids.tolist(), types.tolist(), tuple(targets))
        for ids, types, targets in zip(token_ids, token_types, batch.targets.tolist(), strict=True)
    ]
    expected = naive_windows(question, tokenizer, config)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):  # a diff of all would take minutes
        assert one == other
    assert all(window.num_tokens <= config.max_length for window in windows)


@given(st.integers(0, 90), st.integers(1, 25), st.integers(1, 40))
def test_spans_and_the_window_with_most_context_equal_the_naive_ones(num_pieces, room, step):
    spans = window_spans(num_pieces, room, step)
    assert spans == naive_spans(num_pieces, room, step)
    owner = most_context_window(num_pieces, spans)
    assert owner.tolist() == [naive_owner(piece, spans) for piece in range(num_pieces)]


@given(TEXT, TEXT, LENGTHS)
@settings(max_examples=100)
def test_every_character_of_a_piece_is_in_a_window_and_best_seen_in_just_one(
    tokenizer, text, context, lengths
):
    windows = windows_of([Question("q", text, context)], tokenizer, config_of(lengths))
    passage = tokenizer.encode(context)
    seen, best = set(), np.zeros(len(passage.ids), dtype=int)
    for window in windows:
        for piece in range(window.start, window.end):
            seen |= set(range(window.passage.starts[piece], window.passage.ends[piece]))
        best[window.start : window.end] += window.has_most_context
    pieces = zip(passage.starts, passage.ends, strict=True)
    assert seen == {c for start, end in pieces for c in range(start, end)}
    assert (best == 1).all()


def test_trap_18_the_step_is_counted_from_start_to_start():
    assert window_spans(20, room=8, step=5) == [(0, 8), (5, 13), (10, 18), (15, 20)]


def test_the_answer_is_the_tightest_run_of_pieces(tokenizer):
    context = "Only seven people came (of 40)."
    passage = tokenizer.encode(context)

    def cut(text):
        first, end = answer_pieces(passage, Answer(text, context.index(text)))
        return context[passage.starts[first] : passage.ends[end - 1]]

    assert cut("seven people") == "seven people"
    assert cut(" seven ") == "seven"
    assert cut("(of 40)") == "(of 40)"
    assert cut("40") == "40"
    first, end = answer_pieces(passage, Answer(" ", 4))
    assert first >= end


def test_trap_18_an_answer_cut_by_every_window_is_no_target(tokenizer):
    context = " ".join(["river"] * 40)
    question = Question("q", "?", context, (Answer(context, 0),))
    config = QAConfig(max_length=20, max_question_pieces=4, window_step=8)
    windows = windows_of([question], tokenizer, config)
    assert len(windows) > 1
    assert {window.targets for window in windows} == {(0, 0)}


def test_impossible_questions_and_empty_contexts_give_windows_that_point_at_cls(tokenizer):
    given_questions = [Question("a", "Who?", "Ann.", (), True), Question("b", "Who?", " ")]
    windows = windows_of(given_questions, tokenizer, QAConfig())
    assert [(w.number, w.example_id, w.targets) for w in windows] == [
        (0, "a", (0, 0)),
        (1, "b", (0, 0)),
    ]
    assert windows[1].start == windows[1].end


def test_a_context_is_tokenized_once(tokenizer, monkeypatch):
    asked, encode_batch = [], tokenizer.encode_batch

    def counting(texts):
        asked.extend(texts)
        return encode_batch(texts)

    monkeypatch.setattr(tokenizer, "encode_batch", counting)
    many = [Question(str(i), "Who?", f"Ann {i % 3}.") for i in range(9)]
    windows = windows_of(many, tokenizer, QAConfig())
    assert sorted(asked) == ["Ann 0.", "Ann 1.", "Ann 2.", "Who?"]
    assert windows[0].passage is windows[3].passage


def test_a_special_token_in_a_text_is_text(tokenizer):
    (window,) = windows_of([Question("q", "[SEP]?", "[CLS] Ann [SEP]")], tokenizer, QAConfig())
    ids = window.token_ids.tolist()
    assert ids.count(tokenizer.sep_id) == 2
    assert ids.count(tokenizer.cls_id) == 1


@pytest.mark.parametrize("count", [0, 600])
def test_any_number_of_questions(tokenizer, count):
    many = [Question(str(i), f"Who is {i}?", f"Ann {i}.") for i in range(count)]
    windows = windows_of(many, tokenizer, QAConfig())
    assert [w.number for w in windows] == list(range(count))

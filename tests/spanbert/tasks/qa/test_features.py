"""Windows against a naive loop over the same rules, and what must hold for any text."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from window_oracle import naive_spans

from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.examples import Answer, Question
from spanbert.tasks.qa.features import batch_of, batch_of_rows, windows_of

CPU = torch.device("cpu")
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


def config_of(lengths, **more):
    max_question, room, step = lengths
    return QAConfig(
        max_length=max_question + room + 3,
        max_question_pieces=max_question,
        window_step=step,
        **more,
    )


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
        parts = [asked, passage.ids[start:end].tolist()]
        if config.passage_first:
            parts.reverse()
        head = [tokenizer.cls_id, *parts[0], tokenizer.sep_id]
        ids = [*head, *parts[1], tokenizer.sep_id]
        types = [0] * len(head) + [1] * (len(ids) - len(head))
        place = 1 if config.passage_first else len(head)
        targets = (0, 0)
        if inside and start <= inside[0] and inside[-1] < end:
            targets = (place + inside[0] - start, place + inside[-1] - start)
        windows.append((ids, types, targets))
    return windows


@given(st.lists(st.tuples(TEXT, TEXT, EDGES), min_size=1, max_size=3), LENGTHS, st.booleans())
@settings(max_examples=150)
def test_windows_equal_the_naive_ones(tokenizer, asked, lengths, passage_first):
    questions, config = (
        [question_of(*each) for each in asked],
        config_of(lengths, passage_first=passage_first),
    )
    windows = windows_of(questions, tokenizer, config)
    batch = batch_of(list(windows), CPU)
    token_ids = batch.token_ids.split(list(batch.packing.lengths))
    token_types = batch.token_type_ids.split(list(batch.packing.lengths))
    found = [
        (ids.tolist(), types.tolist(), tuple(targets))
        for ids, types, targets in zip(token_ids, token_types, batch.targets.tolist(), strict=True)
    ]
    expected = [one for q in questions for one in naive_windows(q, tokenizer, config)]
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):  # a diff of all would take minutes
        assert one == other
    assert all(window.num_tokens <= config.max_length for window in windows)


def test_a_window_is_a_view_and_a_batch_may_have_any_order(tokenizer):
    questions = [Question(str(i), "Who?", "Ann bought it. " * (8 + 9 * i)) for i in range(4)]
    config = QAConfig(max_length=30, max_question_pieces=4, window_step=9)
    windows = windows_of(questions, tokenizer, config)
    assert [w.row for w in windows] == list(range(len(windows)))
    assert windows[-1].question is questions[3]
    assert [w.row for w in windows[1:3]] == [1, 2]
    with pytest.raises(IndexError):
        windows[len(windows)]
    order = [5, 0, 3]
    batch = batch_of([windows[i] for i in order], CPU)
    again = batch_of_rows(windows, np.array(order), CPU)
    assert torch.equal(batch.token_ids, again.token_ids)
    assert list(batch.packing.lengths) == [windows[i].num_tokens for i in order]
    alone = torch.cat([batch_of([windows[i]], CPU).token_ids for i in order])
    assert torch.equal(batch.token_ids, alone)


def test_trap_18_an_answer_cut_by_every_window_is_no_target(tokenizer):
    context = " ".join(["river"] * 40)
    question = Question("q", "?", context, (Answer(context, 0),))
    config = QAConfig(max_length=20, max_question_pieces=4, window_step=8)
    windows = windows_of([question], tokenizer, config)
    assert len(windows) > 1
    assert not windows.targets.any()


def test_impossible_questions_and_empty_contexts_give_windows_that_point_at_cls(tokenizer):
    given_questions = [Question("a", "Who?", "Ann.", (), True), Question("b", "Who?", " ")]
    windows = windows_of(given_questions, tokenizer, QAConfig())
    assert [window.example_id for window in windows] == ["a", "b"]
    assert windows.targets.tolist() == [[0, 0], [0, 0]]
    assert windows.layout.ends[1] == 0


def test_contexts_and_questions_are_tokenized_once(tokenizer, monkeypatch):
    asked, encode_batch = [], tokenizer.encode_batch

    def counting(texts):
        asked.extend(texts)
        return encode_batch(texts)

    monkeypatch.setattr(tokenizer, "encode_batch", counting)
    many = [Question(str(i), "Who  is it?", f"Ann  {i % 3}.") for i in range(9)]
    windows_of(many, tokenizer, QAConfig())
    whole = [text for text in asked if "  " in text]
    assert sorted(whole) == ["Ann  0.", "Ann  1.", "Ann  2.", "Who  is it?"]


def test_a_special_token_in_a_text_is_text(tokenizer):
    windows = windows_of([Question("q", "[SEP]?", "[CLS] Ann [SEP]")], tokenizer, QAConfig())
    ids = windows.token_ids(np.array([0])).tolist()
    assert ids.count(tokenizer.sep_id) == 2
    assert ids.count(tokenizer.cls_id) == 1


@pytest.mark.parametrize("count", [0, 600])
def test_any_number_of_questions(tokenizer, count):
    many = [Question(str(i), f"Who is {i}?", f"Ann {i}.") for i in range(count)]
    windows = windows_of(many, tokenizer, QAConfig())
    assert [w.question for w in windows] == many

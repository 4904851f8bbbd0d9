"""Windows of a text that comes in parts are those of the whole; its memory does not grow."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from spanbert.model.published import write_folder
from spanbert.tasks.config import QAConfig
from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.features import windows_of
from spanbert.tasks.qa.head import QuestionAnsweringModel
from spanbert.tasks.qa.long_context import windows_of_parts
from spanbert.tasks.qa.predict import write_decoding

TESTS = Path(__file__).parents[3]
WORDS = st.lists(st.sampled_from([" Ann", " river", " mill,", " (40)", " Zoë"]), max_size=90)
LENGTHS = st.tuples(st.integers(1, 9), st.integers(8, 20), st.integers(1, 30))
PAGE = 3000  # characters
MARGIN_BYTES = 6_000_000  # 100 pages at 100 bytes a character would be 30 MB


def seen(windows, shift, rows):
    """What each window shows: its ids, where its pieces stand, and which it shows best."""
    layout = windows.layout
    for row in rows:
        begin = windows.contexts.bounds[windows.context_of[layout.contexts[row]]]
        starts = windows.contexts.starts[begin + layout.starts[row] : begin + layout.ends[row]]
        best = np.array([layout.best_starts[row], layout.best_ends[row]]) - layout.starts[row]
        ids = windows.token_ids(np.array([row]))
        yield ids.tolist(), (starts + shift).tolist(), best.tolist()


@given(WORDS, st.lists(st.integers(0, 120), min_size=3, max_size=6), LENGTHS)
@settings(max_examples=120)
def test_parts_give_the_windows_of_the_whole(tokenizer, words, edges, lengths):
    longest_question, room, step = lengths
    config = QAConfig(
        max_length=longest_question + room + 3,
        max_question_pieces=longest_question,
        window_step=step,
    )
    questions = [
        Question(str(n), text, "".join(words)) for n, text in enumerate(["", "Who is it?"])
    ]
    bounds = [0, *sorted(edge % (len(words) + 1) for edge in edges), len(words)]
    parts = ["".join(words[a:b]) for a, b in pairwise(bounds)]
    require_same(questions, parts, tokenizer, config)


def require_same(questions, parts, tokenizer, config):
    """The windows of parts are those of the questions' contexts."""
    whole = windows_of(questions, tokenizer, config)
    encoder = TextEncoder(tokenizer)
    found = {n: [] for n in range(len(questions))}
    for windows, shift in windows_of_parts(questions, parts, encoder, config):
        for number in found:
            rows = np.flatnonzero(windows.layout.contexts == number)
            found[number] += seen(windows, shift, rows)
            assert all(q.context in questions[0].context for q in windows.questions)
    for number, own in found.items():
        expected = list(seen(whole, 0, np.flatnonzero(whole.layout.contexts == number)))
        assert len(own) == len(expected)
        for one, other in zip(own, expected, strict=True):
            assert one == other


def test_a_window_waits_for_the_length_of_the_one_behind_it(tokenizer):
    # as it is after the first part, the second window would be too short to show anything best
    parts = [" a" * 501, " a" * 700]
    config = QAConfig(max_length=511, max_question_pieces=8, window_step=300)
    questions = [Question("q", " a" * 8, "".join(parts))]
    assert len(tokenizer.encode(parts[0]).ids) == 501
    require_same(questions, parts, tokenizer, config)


@pytest.fixture
def model_folder(sizes, tokenizer_folder, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    state = QuestionAnsweringModel(sizes).state_dict()
    write_folder(folder, state, sizes, "BertForQuestionAnswering", tokenizer_folder)
    write_decoding(folder, QAConfig(max_length=96, max_question_pieces=24, window_step=64))
    return folder


def answered(model_folder, text, path):
    path.write_text(text)
    command = [sys.executable, str(TESTS / "qa_memory.py"), str(model_folder), str(path)]
    environment = os.environ | {"PYTHONPATH": str(TESTS.parent / "src")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found = json.loads(done.stdout)
    assert text[found["start"] :].startswith(found["text"])
    return found


def test_a_hundred_pages_take_the_memory_of_ten(model_folder, tmp_path):
    text = " ".join(tiny.texts(2000))
    assert len(text) >= 100 * PAGE
    few = answered(model_folder, text[: 10 * PAGE], tmp_path / "few.txt")
    many = answered(model_folder, text[: 100 * PAGE], tmp_path / "many.txt")
    assert many["peak_bytes"] < few["peak_bytes"] + MARGIN_BYTES

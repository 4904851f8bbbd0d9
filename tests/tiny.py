"""A hand-made corpus and settings that train in seconds."""

import json
import random
from pathlib import Path

from spanbert.config import Config, parse_config

_SUBJECTS = ("The old miller", "Ann of Bergen", "A tall sailor", "The young queen", "No one")
_VERBS = ("carried", "forgot", "painted", "counted", "buried", "praised")
_OBJECTS = ("seven unbelievable kites", "the river's source", "an iron-bound chest", "a name")
_PLACES = ("near Oslo", "in 1907", "before breakfast", "by the mill", "at St. Ives")


def texts(number: int = 60, seed: int = 0) -> list[str]:
    """Short documents of a few sentences, all different."""
    chance = random.Random(seed)
    return [f"Document {i}. {_sentences(chance)}" for i in range(number)]


def _sentences(chance: random.Random) -> str:
    parts = (_SUBJECTS, _VERBS, _OBJECTS, _PLACES)
    count = chance.randint(3, 9)
    return " ".join(" ".join(chance.choice(p) for p in parts) + "." for _ in range(count))


def write_corpus(folder: Path, number: int = 60) -> Path:
    """The documents as JSONL."""
    path = folder / "corpus.jsonl"
    rows = [{"id": f"d{i}", "text": t, "source": "tiny"} for i, t in enumerate(texts(number))]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def write_questions(folder: Path, number: int = 24) -> Path:
    """Questions in SQuAD's layout whose answer is the place of a sentence."""
    chance = random.Random(1)
    paragraphs = []
    for i in range(number):
        who, what = chance.choice(_SUBJECTS), chance.choice(_VERBS)
        place = chance.choice(_PLACES)
        context = f"{who} {what} it {place}. {_sentences(chance)}"
        answer = {"text": place, "answer_start": context.index(place)}
        record = {"id": f"q{i}", "question": f"When or where {what}?", "answers": [answer]}
        paragraphs.append({"context": context, "qas": [record]})
    path = folder / "questions.json"
    path.write_text(
        json.dumps({"version": "1.1", "data": [{"title": "t", "paragraphs": paragraphs}]})
    )
    return path


def config(folder: Path, *overrides: str) -> Config:
    """Settings of a run in `folder` on the corpus and questions there."""
    text = f"""
[run]
name = "tiny"
seed = 3
folder = "{folder / "runs"}"
[corpus]
sources = ["{folder / "corpus.jsonl"}"]
held_out_fraction = 0.15
min_characters = 20
contaminated = "keep"  # the questions are about the same sentences
[tokenizer]
vocab_size = 300
[shards]
max_pieces = 40
[model]
hidden_size = 16
num_layers = 2
num_heads = 2
intermediate_size = 24
max_positions = 96
[objective]
sbo_position_size = 8
[training]
steps = 12
batch_tokens = 300
learning_rate = 1e-3
warmup_steps = 3
num_workers = 2
log_every_steps = 3
checkpoint_every_steps = 4
keep_checkpoints = 2
[qa]
train = ["{folder / "questions.json"}"]
dev = ["{folder / "questions.json"}"]
max_length = 64
window_step = 16
max_question_pieces = 16
epochs = 1
batch_size = 8
"""
    return parse_config(text, overrides)

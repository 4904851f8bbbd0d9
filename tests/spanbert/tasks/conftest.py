"""A small trained vocabulary, eight questions that a tiny model can learn, and its sizes."""

import json

import pytest

from spanbert.model.config import ModelConfig
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.training.table import train_tokenizer_on

FACTS = [
    ("What did Ann buy?", "Ann bought a red kite in Oslo.", "a red kite"),
    ("Who sailed to Crete?", "In May, Bob sailed to Crete alone.", "Bob"),
    ("Where is the mill?", "The old mill stands by the river.", "by the river"),
    ("When was it built?", "It was built in 1907, after the fire.", "1907"),
    ("How many came?", "Only seven people came (of 40).", "seven"),
    ("What does the fox eat?", "The fox eats berries, mice and eggs.", "berries, mice and eggs"),
    ("Who wrote the letter?", "The letter was written by Zoë.", "Zoë"),
    ("What colour was the door?", "Her door was painted bright green.", "bright green"),
]


@pytest.fixture(scope="session")
def tokenizer():
    texts = [text for question, context, _ in FACTS for text in (question, context)]
    return train_tokenizer_on(lambda: texts, TokenizerConfig(vocab_size=260, min_frequency=1))


@pytest.fixture(scope="session")
def tokenizer_folder(tokenizer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer.save(folder)
    return folder


@pytest.fixture(scope="session")
def sizes(tokenizer):
    return ModelConfig(
        vocab_size=tokenizer.vocab_size,
        hidden_size=32,
        num_layers=2,
        num_heads=4,
        intermediate_size=48,
        max_positions=96,
        hidden_dropout=0.0,
        attention_dropout=0.0,
    )


@pytest.fixture
def squad_file(tmp_path):
    """The eight facts in SQuAD's layout."""
    path = tmp_path / "facts.json"
    path.write_text(json.dumps({"version": "1.1", "data": [_article(*fact) for fact in FACTS]}))
    return path


def _article(question, context, answer):
    record = {
        "id": question.replace(" ", "-"),
        "question": question,
        "answers": [{"text": answer, "answer_start": context.index(answer)}],
    }
    return {"title": "facts", "paragraphs": [{"context": context, "qas": [record]}]}

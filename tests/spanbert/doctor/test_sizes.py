"""Sizes are those that training will have, whichever file tells them."""

import json
from dataclasses import replace

import pytest
import tiny

from spanbert.doctor.sizes import model_bytes, sized, state_bytes, vocabulary_size

PIECES = {"[PAD]": 0, "a": 1, "\x85": 2}


def config_of(tmp_path, **tokenizer):
    config = tiny.config(tmp_path)
    return replace(config, tokenizer=replace(config.tokenizer, **tokenizer))


def test_a_vocabulary_to_be_trained_has_the_size_that_is_set(tmp_path):
    assert sized(config_of(tmp_path, vocab_size=777)).model.vocab_size == 777


@pytest.mark.parametrize(
    ("name", "text", "size"),
    [
        ("vocab.txt", "\n".join(PIECES) + "\n", 3),
        ("vocab.txt", "\n".join(PIECES), 3),
        ("vocab.json", json.dumps(PIECES), 3),
        ("tokenizer.json", json.dumps({"model": {"vocab": PIECES}, "added_tokens": []}), 3),
        (
            "tokenizer.json",
            json.dumps({"model": {"vocab": PIECES}, "added_tokens": [{"id": 0}, {"id": 3}]}),
            4,
        ),
        ("tokenizer.json", json.dumps({"model": {"vocab": [["a", -1.0], ["b", -2.0]]}}), 2),
    ],
)
def test_a_tokenizer_that_is_named_tells_its_size(tmp_path, name, text, size):
    folder = tmp_path / "vocabulary"
    folder.mkdir()
    (folder / name).write_text(text)
    assert vocabulary_size(config_of(tmp_path, path=str(folder))) == size


def test_a_model_to_start_from_sets_all_sizes(tmp_path):
    sizes = {"vocab_size": 50, "hidden_size": 8, "num_hidden_layers": 1}
    sizes |= {"num_attention_heads": 2, "intermediate_size": 16}
    (tmp_path / "config.json").write_text(json.dumps(sizes))
    config = tiny.config(tmp_path)
    started = replace(config, training=replace(config.training, start=str(tmp_path)))
    assert (sized(started).model.vocab_size, sized(started).model.hidden_size) == (50, 8)
    assert state_bytes(sized(started)) < state_bytes(config)


def test_a_state_is_three_models(tmp_path):
    config = tiny.config(tmp_path)
    assert state_bytes(config) == 3 * model_bytes(config)

"""A file of relations, and settings with which a tiny model learns it by heart."""

from dataclasses import replace

import pytest
import relation_example

from spanbert.tasks.relations.config import RelationConfig


@pytest.fixture
def relations_file(tmp_path):
    return relation_example.write_lines(tmp_path / "train.jsonl", relation_example.records())


@pytest.fixture
def learns(relations_file):
    files = (str(relations_file),)
    return RelationConfig(
        train=files, dev=files, max_length=32, epochs=20, batch_size=9, learning_rate=3e-3
    )


@pytest.fixture
def arguments(tokenizer_folder, sizes):
    """Of a training from fresh weights, without settings."""
    wide = replace(sizes, initializer_range=0.2)  # so tiny a model is slow to begin otherwise
    return {"start": None, "tokenizer": tokenizer_folder, "model": wide, "seed": 7}

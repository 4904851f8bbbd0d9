"""A coreference model that has learnt a few stories; made once."""

from dataclasses import replace

import pytest
from coref_documents import TINY, write_stories

from spanbert.tasks.coref.train import finetune_coref

LEARNS = replace(
    TINY,
    segment_length=32,
    epochs=15,
    learning_rate=3e-3,
    task_learning_rate=3e-3,
    singletons=True,
)


@pytest.fixture(scope="session")
def stories(tmp_path_factory):
    """Files of stories: to train on, and others."""
    folder = tmp_path_factory.mktemp("stories")
    write_stories(folder / "train.jsonl", 6)
    write_stories(folder / "dev.conll", 3, first=50)
    return folder


@pytest.fixture(scope="session")
def learns(stories):
    """Settings by which they are learnt."""
    return replace(LEARNS, train=(str(stories / "train.jsonl"),))


@pytest.fixture(scope="session")
def arguments(tokenizer_folder, sizes):
    return {"start": None, "tokenizer": tokenizer_folder, "model": sizes, "seed": 1}


@pytest.fixture(scope="session")
def trained(learns, arguments, tmp_path_factory):
    """A published model, and what its training told."""
    folder = tmp_path_factory.mktemp("trained") / "model"
    return folder, finetune_coref(folder, **arguments, config=learns)

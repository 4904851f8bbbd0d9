"""A tiny GLUE and the arguments of a short training on it."""

from dataclasses import replace

import glue_example
import pytest

from spanbert.tasks.glue.config import GlueConfig


@pytest.fixture
def glue(tmp_path):
    """The folder of a GLUE with SST-2, RTE, STS-B and MNLI."""
    folder = tmp_path / "glue"
    glue_example.write_sst2(folder)
    glue_example.write_rte(folder)
    glue_example.write_stsb(folder)
    return glue_example.write_mnli(folder)


@pytest.fixture
def arguments(tokenizer_folder, sizes):
    """Of a training from fresh weights, without settings."""
    wide = replace(sizes, initializer_range=0.2)  # so tiny a model is slow to begin otherwise
    return {"start": None, "tokenizer": tokenizer_folder, "model": wide, "seed": 7}


@pytest.fixture
def learns(glue):
    """Settings with which a tiny model learns SST-2 by heart."""
    return GlueConfig(data=str(glue), max_length=32, epochs=12, batch_size=8, learning_rate=3e-3)

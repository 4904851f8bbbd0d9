"""Where runs of the faults keep their work."""

import pytest

from spanbert.training.worker import Inputs


@pytest.fixture
def place(artifacts, tmp_path):
    """Name -> inputs with a work folder of that name."""
    return lambda name: Inputs(artifacts.shards, artifacts.tokenizer, tmp_path / name)

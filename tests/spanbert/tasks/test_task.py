"""The contract: what is missing is refused, and a feature is known by its two properties."""

from collections import namedtuple

import pytest
import torch

from spanbert.tasks.task import Feature, Task, preferred_device


def test_a_task_without_its_four_parts_cannot_be_made():
    class HalfATask(Task):
        def loss(self, batch):
            return torch.zeros(())

    with pytest.raises(TypeError, match=r"features.*model.*predictions"):
        HalfATask()


def test_a_feature_has_a_length_and_names_its_example():
    assert isinstance(namedtuple("Sentence", "example_id num_tokens")("a", 3), Feature)
    assert not isinstance(namedtuple("Nameless", "num_tokens")(3), Feature)


def test_the_preferred_device_can_compute():
    assert torch.ones(2, device=preferred_device()).sum().item() == 2

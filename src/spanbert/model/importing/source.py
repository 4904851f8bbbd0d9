"""What every layout gives: sizes and tensors under the published names of `published.py`."""

from dataclasses import dataclass

from torch import Tensor

from spanbert.model.config import ModelConfig


@dataclass(frozen=True)
class Source:
    """A model that was read, before anything is made of it."""

    layout: str  # in words
    config: ModelConfig
    tensors: dict[str, Tensor]  # by published name; also what has no place in our model
    notes: tuple[str, ...] = ()  # what a layout changed on the way, a sentence each

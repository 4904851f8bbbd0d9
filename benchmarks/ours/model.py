"""Settings, seed and weights that the models of all benchmarks begin with."""

from dataclasses import replace
from typing import Any, Literal

from torch import Tensor, nn

from benchmarks.workload import Size
from spanbert.config import Config, parse_config
from spanbert.model.config import ModelConfig
from spanbert.model.published import published_names
from spanbert.training.config import TrainingConfig

Precision = Literal["fp32", "bf16"]
SEED = 1907


def config(
    size: Size,
    *,
    has_sbo: bool = True,
    precision: Precision = "fp32",
    dropout: float = 0.1,
    initializer_range: float = 0.02,
    **training: Any,
) -> Config:
    """Settings of SpanBERT, or of BERT on single sequences where `has_sbo` is False.

    Args:
        training: settings of that section.
    """
    preset = parse_config(f"[preset]\nmodel = '{'spanbert' if has_sbo else 'bert-1seq'}'")
    model = ModelConfig(
        hidden_size=size.hidden_size,
        num_layers=size.num_layers,
        num_heads=size.num_heads,
        intermediate_size=4 * size.hidden_size,
        hidden_dropout=dropout,
        attention_dropout=dropout,
        initializer_range=initializer_range,
    )
    return replace(preset, model=model, training=TrainingConfig(precision=precision, **training))


def published_state(model: nn.Module) -> dict[str, Tensor]:
    """A model's weights under their published names, copied."""
    state = model.state_dict()
    return published_names({name: tensor.detach().clone() for name, tensor in state.items()})

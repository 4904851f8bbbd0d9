"""Bytes that one worker needs, by what they are for.

Weights, gradients and two moments are in fp32, 4 bytes each (`training/optimizer.py`). Activations
are those that our encoder's backward pass reads; a test measures them. The counting is that of
Korthikanti et al. (arXiv 2205.05198, section 4), with our precisions and without attention scores,
which flash kernels do not keep.
"""

from dataclasses import dataclass

from spanbert.config import Config
from spanbert.model.config import ModelConfig
from spanbert.planning.work import Layout, training_parameters

_FP32_BYTES, _HALF_BYTES = 4, 2

# Assumed: CUDA context, communication buffers and what the allocator cannot use.
_FRAMEWORK_BYTES = 2e9

# For each vocabulary entry of a projected row: logits, their fp32 copy, and log-probabilities
_LOGIT_BYTES = {"bf16": 2 + 4 + 4, "fp32": 4 + 4}


@dataclass(frozen=True)
class Memory:
    """Bytes of one worker."""

    weights: float
    gradients: float
    moments: float
    activations: float
    framework: float

    @property
    def total(self) -> float:
        """All of them."""
        states = self.weights + self.gradients + self.moments
        return states + self.activations + self.framework


def worker_memory(
    config: Config, layout: Layout, tokens: float, *, shards: int = 1, checkpointed: bool = False
) -> Memory:
    """What a worker holds at the peak of a micro-step.

    Args:
        tokens: of text in the micro-step.
        shards: workers that share the moments (ZeRO-1); 1 keeps them whole.
    """
    parameters = float(training_parameters(config.model, config.objective))
    casts = _HALF_BYTES if config.training.precision == "bf16" else 0  # autocast keeps its copies
    return Memory(
        weights=parameters * (_FP32_BYTES + casts),
        gradients=parameters * _FP32_BYTES,
        moments=2 * parameters * _FP32_BYTES / shards,
        activations=tokens * activation_bytes(config, layout, checkpointed=checkpointed),
        framework=_FRAMEWORK_BYTES,
    )


def activation_bytes(config: Config, layout: Layout, *, checkpointed: bool = False) -> float:
    """Bytes kept for the backward pass, for each token of text.

    With checkpoints, the input of every layer, and the inside of the one that is made again.
    """
    model, precision = config.model, config.training.precision
    layer = layer_bytes(model, precision)
    layers = model.num_layers * layer
    if checkpointed:
        layers = model.num_layers * _FP32_BYTES * model.hidden_size + layer
    rows = layout.mlm_rows + layout.sbo_rows
    heads = rows * model.vocab_size * _LOGIT_BYTES[precision]
    return (layers + heads) / layout.fill


def layer_bytes(model: ModelConfig, precision: str) -> int:
    """Bytes that one layer keeps for each position: multiples of H, the hidden size, and F.

    bf16: the input 2 H, queries, keys and values 6 H, attention's result 2 H and its copy 2 H, the
    feed-forward part's input 2 H, before and after GeLU 2 F each; layer norms' inputs in fp32, 4 H
    each; dropout's masks H each.
    """
    hidden, inner = model.hidden_size, model.intermediate_size
    if precision == "bf16":
        return 24 * hidden + 4 * inner
    return 38 * hidden + 8 * inner

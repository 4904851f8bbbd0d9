"""Bytes that one worker needs, by what they are for.

Weights, gradients and two moments are in fp32, 4 bytes each (`training/flat.py`). Activations are
what the backward pass reads; tests measure them on the model itself. The counting is that of
Korthikanti et al. (arXiv 2205.05198, section 4), with our precisions.
"""

from dataclasses import dataclass

from spanbert.config import Config
from spanbert.model.config import ModelConfig
from spanbert.objectives.config import CHUNK_ROWS
from spanbert.planning.work import Layout, training_parameters

_FP32_BYTES, _HALF_BYTES = 4, 2

# Assumed: CUDA context, communication buffers and what the allocator cannot use.
FRAMEWORK_BYTES = 2e9

# For each entry of a chunk: logits and log-probabilities; in bf16 logits 2, log-probabilities 4
# before those of the chunk ahead, 4, and their copy to multiply, 2, are let go of
_CHUNK_BYTES = {"bf16": 12, "fp32": 8}

# Multiples of the hidden size, its bytes in them. A row of the masked-token head keeps its input,
# both sides of GeLU and its gradient; one of the span boundary head both boundaries, both sides of
# two GeLUs, the second map's input and its gradient. bf16: inputs of layer norms are fp32.
_MLM_ROW_BYTES = {"bf16": 12, "fp32": 16}
_SBO_ROW_BYTES = {"bf16": 22, "fp32": 32}
_EMBEDDING_BYTES = 5  # the norm's input in fp32, and dropout's mask


@dataclass(frozen=True)
class Memory:
    """Bytes of one worker."""

    weights: float
    gradients: float
    moments: float
    activations: float
    chunk: float  # of the heads' loss: rows by vocabulary, whatever the number of tokens
    framework: float

    @property
    def total(self) -> float:
        """All of them."""
        states = self.weights + self.gradients + self.moments
        return states + self.activations + self.chunk + self.framework


def worker_memory(
    config: Config, layout: Layout, tokens: float, workers: int = 1, *, is_cpu: bool = False
) -> Memory:
    """What a worker holds at the peak of a micro-step.

    Args:
        tokens: of text in the micro-step.
        workers: that share the moments where the optimizer is sharded.
    """
    model, training = config.model, config.training
    parameters = float(training_parameters(model, config.objective))
    table = model.vocab_size * model.hidden_size  # its gradient from the heads comes by itself
    casts = _HALF_BYTES if training.precision == "bf16" else 0  # autocast keeps its copies
    parts = workers if training.shard_optimizer else 1
    return Memory(
        weights=parameters * (_FP32_BYTES + casts),
        gradients=(parameters + table) * _FP32_BYTES,
        moments=2 * parameters * _FP32_BYTES / parts,
        activations=tokens * activation_bytes(config, layout, is_cpu=is_cpu),
        chunk=float(CHUNK_ROWS * model.vocab_size * _CHUNK_BYTES[training.precision]),
        framework=FRAMEWORK_BYTES,
    )


def activation_bytes(config: Config, layout: Layout, *, is_cpu: bool = False) -> float:
    """Bytes kept for the backward pass, for each token of text.

    With checkpoints, the input of every layer, and the inside of the one that is made again.
    """
    model, training = config.model, config.training
    layer = layer_bytes(model, training.precision, layout.attended, is_cpu=is_cpu)
    layers = model.num_layers * layer
    if training.checkpoint_activations:
        layers = model.num_layers * _FP32_BYTES * model.hidden_size + layer
    mlm = layout.mlm_rows * _MLM_ROW_BYTES[training.precision]
    sbo = layout.sbo_rows * _SBO_ROW_BYTES[training.precision]
    around = (mlm + sbo + _EMBEDDING_BYTES) * model.hidden_size
    return (layers + around) / layout.fill


def layer_bytes(
    model: ModelConfig, precision: str, attended: float, *, is_cpu: bool = False
) -> float:
    """Bytes that one layer keeps for each position: multiples of H, the hidden size, and F.

    bf16: the input 2 H, queries, keys and values 6 H, attention's result 2 H, the feed-forward
    part's input 2 H, before and after GeLU 2 F each; layer norms' inputs in fp32, 4 H each;
    dropout's masks H each.
    """
    hidden, inner = model.hidden_size, model.intermediate_size
    if precision == "bf16":
        layer, value = 22 * hidden + 4 * inner, _HALF_BYTES
    else:
        layer, value = 34 * hidden + 8 * inner, _FP32_BYTES
    return layer + value * _attention_values(model, precision, attended, is_cpu=is_cpu)


def _attention_values(
    model: ModelConfig, precision: str, attended: float, *, is_cpu: bool
) -> float:
    """Numbers that attention keeps besides its inputs and its result: `model/attending.py`."""
    if is_cpu and model.attention_dropout > 0:
        return 2 * model.num_heads * attended  # its weights before and after dropping
    is_flash = precision == "bf16" and not is_cpu
    return 0.0 if is_flash else float(model.hidden_size)  # elsewhere the result is copied

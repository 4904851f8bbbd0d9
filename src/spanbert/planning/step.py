"""Settings, hardware and a number of workers -> the parts of a training step.

Compute, sum the gradients, update, and now and then copy a checkpoint, as `training/` does. The
sum goes on during the last backward pass (`training/overlap.py`), and batches are made meanwhile
(`training/prefetch.py`): of both only what is waited for counts.
"""

import math
from dataclasses import asdict, dataclass

from spanbert.config import Config
from spanbert.planning.communication import (
    all_gather_seconds,
    all_reduce_seconds,
    exposed_seconds,
)
from spanbert.planning.course import copy_s, steps_between
from spanbert.planning.hardware import Hardware, peak_flops, share_reached
from spanbert.planning.work import Layout, packed_layout, step_flops, training_parameters
from spanbert.training.overlap import BUCKET_BYTES

# Measured: reading, masking and collating 64 segments of 510 pieces on one thread of an AMD EPYC
# Genoa whose cores were shared, median of 7 (21 to 60 million)
LOADING_TOKENS_S = 50e6
# Share of the memory bandwidth that a stream of elementwise kernels reaches; assumed
_STREAM_EFFICIENCY = 0.8

PUBLISHED_GRADIENT_BYTES = 2  # of one value: fp16 (fairseq's fp16_optimizer.py)
_VALUE_BYTES = 4  # of a weight, and of its gradient, on the wire: `FlatParameters` is fp32
_UPDATE_BYTES = 28  # fused AdamW reads weight, gradient, moments; writes all but the gradient
_GRADIENT_BYTES = 16  # gradients are zeroed, read for their norm, read and written to clip them
# A micro-step reads and casts the weights 4 + 2, reads the copies forward and backward 2 + 2, and
# adds gradients: written in bf16 2, read 2, added to fp32 4 + 4
_WEIGHT_BYTES = 22

_BACKWARD_SHARE = 2 / 3  # of computing


@dataclass(frozen=True)
class Case:
    """What a plan is made for, whatever the number of workers."""

    config: Config
    hardware: Hardware
    segment_tokens: float  # mean length of a segment, special tokens included
    layout: Layout | None = None  # None: packed, as ours
    loading_tokens_s: float = LOADING_TOKENS_S  # that one worker reads, masks and collates
    gradient_bytes: int = _VALUE_BYTES  # of one value on the wire
    device_tokens_s: float | None = None  # of one device alone, updates included, as measured
    price: float | None = None  # of one device for an hour
    corpus_tokens: float | None = None  # in the shards

    @property
    def laid_out(self) -> Layout:
        """The layout that is planned with."""
        return self.layout or packed_layout(self.config, self.segment_tokens)

    @property
    def peak(self) -> float:
        """FLOP/s of one worker in the training's precision."""
        return peak_flops(self.hardware, self.config.training.precision)

    @property
    def share_reached(self) -> float:
        """Share of the peak while computing; where speed was measured, what comes of it."""
        if self.device_tokens_s is not None:
            return self.device_tokens_s * self.executed_flops / self.peak
        return share_reached(self.hardware, self.config.model.hidden_size)

    @property
    def parameters(self) -> int:
        """Of encoder and heads."""
        return training_parameters(self.config.model, self.config.objective)

    @property
    def useful_flops(self) -> float:
        """FLOP a token that our layout would take: what MFU counts."""
        return step_flops(self.config, packed_layout(self.config, self.segment_tokens))

    @property
    def executed_flops(self) -> float:
        """FLOP a token that this layout takes, recomputation included."""
        checkpointed = self.config.training.checkpoint_activations
        return step_flops(self.config, self.laid_out, checkpointed=checkpointed)


@dataclass(frozen=True)
class Parts:
    """Seconds of one step that nothing else hides."""

    compute: float
    communication: float
    optimizer: float
    loading: float
    checkpoint: float  # spread over the steps between two

    @property
    def total(self) -> float:
        """Seconds of a step."""
        return sum(asdict(self).values())

    @property
    def without_checkpoint(self) -> float:
        """Seconds of a step that go into training."""
        return self.total - self.checkpoint

    @property
    def largest(self) -> str:
        """What limits."""
        parts = asdict(self)
        return max(parts, key=parts.__getitem__)


def fullest_worker(case: Case, workers: int) -> tuple[float, int]:
    """(tokens of the worker with most segments, workers with none): a segment is not divided."""
    segments = max(1, round(case.config.training.batch_tokens / case.segment_tokens))
    most = math.ceil(segments / workers)
    return most * case.segment_tokens, max(0, workers - segments)


def step_parts(case: Case, workers: int, worker_tokens: float) -> Parts:
    """Seconds of each part of a step in which no worker has more tokens than this one."""
    compute = _compute_s(case, worker_tokens)
    last_backward = _BACKWARD_SHARE * compute / micro_steps(case, worker_tokens)
    communication = _exposed_sum_s(case, workers, last_backward) + _gather_s(case, workers)
    optimizer = _optimizer_s(case, workers)
    trained_s = compute + communication + optimizer
    loading = exposed_seconds(worker_tokens / case.loading_tokens_s, trained_s)
    steps = steps_between(case.config.training, case.parameters, trained_s + loading)
    return Parts(
        compute=compute,
        communication=communication,
        optimizer=optimizer,
        loading=loading,
        checkpoint=copy_s(case.parameters) / steps,
    )


def micro_tokens(case: Case) -> float:
    """Tokens of a full micro-step: at least one segment."""
    return max(float(case.config.training.micro_batch_tokens), case.segment_tokens)


def micro_steps(case: Case, worker_tokens: float) -> int:
    """How many a worker with so many tokens takes in a step."""
    return math.ceil(worker_tokens / micro_tokens(case))


def _compute_s(case: Case, worker_tokens: float) -> float:
    """The slower of arithmetic and of reading the weights at each micro-step (a roofline)."""
    if case.device_tokens_s is not None:
        return worker_tokens / case.device_tokens_s
    arithmetic = worker_tokens * case.executed_flops / (case.peak * case.share_reached)
    weights = _WEIGHT_BYTES * case.parameters * micro_steps(case, worker_tokens)
    return max(arithmetic, weights / _stream_bytes_s(case))


def _optimizer_s(case: Case, workers: int) -> float:
    if case.device_tokens_s is not None:
        return 0.0  # it is in the measured speed
    updated = _UPDATE_BYTES / (workers if case.config.training.shard_optimizer else 1)
    return (updated + _GRADIENT_BYTES) * case.parameters / _stream_bytes_s(case)


def _stream_bytes_s(case: Case) -> float:
    return case.hardware.memory_bandwidth * _STREAM_EFFICIENCY


def all_reduce_s(case: Case, workers: int) -> float:
    """Seconds of the sum of all gradients, hidden or not."""
    num_bytes = float(case.gradient_bytes * case.parameters)
    return all_reduce_seconds(num_bytes, workers, case.hardware, float(BUCKET_BYTES))


def _exposed_sum_s(case: Case, workers: int, last_backward_s: float) -> float:
    """What is waited for of the all-reduce.

    The word table's gradient is complete only when the backward pass is.
    """
    model = case.config.model
    table = float(case.gradient_bytes * model.vocab_size * model.hidden_size)
    last = all_reduce_seconds(table, workers, case.hardware)
    return max(last, exposed_seconds(all_reduce_s(case, workers), last_backward_s))


def _gather_s(case: Case, workers: int) -> float:
    """Time in which workers with a sharded optimizer are sent the weights that others updated."""
    if not case.config.training.shard_optimizer:
        return 0.0
    return all_gather_seconds(float(_VALUE_BYTES * case.parameters), workers, case.hardware)

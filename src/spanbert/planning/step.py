"""Settings, hardware and a number of workers -> the parts of a training step and of the whole run.

Compute, sum the gradients, update, and now and then write a checkpoint, as `training/` does. The
sum goes on during the last backward pass (`training/overlap.py`), and batches are made meanwhile
(`training/prefetch.py`): of both only what is waited for counts.
"""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from spanbert.config import Config
from spanbert.planning.communication import (
    all_gather_seconds,
    all_reduce_seconds,
    exposed_seconds,
)
from spanbert.planning.hardware import Hardware, share_reached
from spanbert.planning.memory import Memory, activation_bytes, worker_memory
from spanbert.planning.work import Layout, packed_layout, step_flops, training_parameters
from spanbert.training.overlap import BUCKET_BYTES

# Measured: reading, masking and collating 64 segments of 510 pieces on one thread of an AMD EPYC
# Genoa whose cores were shared, median of 7 (21 to 60 million)
LOADING_TOKENS_S = 50e6
# Assumed: one process copies from the device, digests and writes
_STORAGE_BYTES_S = 1e9
# Share of the memory bandwidth that a stream of elementwise kernels reaches; assumed
_STREAM_EFFICIENCY = 0.8

PUBLISHED_GRADIENT_BYTES = 2  # of one value: fp16 (fairseq's fp16_optimizer.py)
_VALUE_BYTES = 4  # of a weight, and of its gradient, on the wire: `FlatParameters` is fp32
_STATE_BYTES = 12  # a checkpoint's weight and two moments in fp32
_UPDATE_BYTES = 28  # fused AdamW reads weight, gradient, moments; writes all but the gradient
_GRADIENT_BYTES = 16  # gradients are zeroed, read for their norm, read and written to clip them
# A micro-step reads and casts the weights 4 + 2, reads the copies forward and backward 2 + 2, and
# adds gradients: written in bf16 2, read 2, added to fp32 4 + 4
_WEIGHT_BYTES = 22

_BACKWARD_SHARE = 2 / 3  # of computing
_COMPUTING_SHARE = 0.8  # of a step that is worth its hardware, a choice
_DOUBLINGS = 24  # of a worker's segments, before a batch is looked for no more
_DAY_S, _HOUR_S = 86_400, 3_600


@dataclass(frozen=True)
class Case:
    """What a plan is made for, whatever the number of workers."""

    config: Config
    hardware: Hardware
    segment_tokens: float  # mean length of a segment, special tokens included
    layout: Layout | None = None  # None: packed, as ours
    loading_tokens_s: float = LOADING_TOKENS_S  # that one worker reads, masks and collates
    gradient_bytes: int = _VALUE_BYTES  # of one value on the wire

    @property
    def laid_out(self) -> Layout:
        """The layout that is planned with."""
        return self.layout or packed_layout(self.config, self.segment_tokens)

    @property
    def peak(self) -> float:
        """FLOP/s of one worker in the training's precision."""
        is_half = self.config.training.precision == "bf16"
        return self.hardware.peak_half if is_half else self.hardware.peak_fp32

    @property
    def share_reached(self) -> float:
        """Share of the peak while computing."""
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
    def largest(self) -> str:
        """What limits."""
        parts = asdict(self)
        return max(parts, key=parts.__getitem__)


@dataclass(frozen=True)
class Plan:
    """What a run costs on so many workers."""

    workers: int
    worker_tokens: float  # in a step, of the worker that has most
    idle_workers: int  # without a segment
    micro_steps: int
    parts: Parts
    all_reduce_s: float  # hidden or not
    tokens_s: float
    mfu: float  # useful FLOP/s by the peak of all workers
    days: float
    worker_hours: float
    memory: Memory
    fits: bool
    most_tokens: float  # of a micro-step that fits; 0: not even an empty one
    scaling_batch_tokens: float | None  # smallest batch with 80 % of computing; None: none has it


def plan_run(case: Case, workers: int) -> Plan:
    """The step and the run of a case on so many workers."""
    training = case.config.training
    worker_tokens, idle = fullest_worker(case, workers)
    parts = step_parts(case, workers, worker_tokens)
    tokens_s = training.batch_tokens / parts.total
    seconds = training.steps * parts.total
    memory = memory_of(case, workers, worker_tokens)
    return Plan(
        workers=workers,
        worker_tokens=worker_tokens,
        idle_workers=idle,
        micro_steps=_micro_steps(case, worker_tokens),
        parts=parts,
        all_reduce_s=_all_reduce_s(case, workers),
        tokens_s=tokens_s,
        mfu=tokens_s * case.useful_flops / (workers * case.peak),
        days=seconds / _DAY_S,
        worker_hours=workers * seconds / _HOUR_S,
        memory=memory,
        fits=memory.total <= case.hardware.memory_bytes,
        most_tokens=_most_tokens(case, memory),
        scaling_batch_tokens=_scaling_batch(case, workers),
    )


def fullest_worker(case: Case, workers: int) -> tuple[float, int]:
    """(tokens of the worker with most segments, workers with none): a segment is not divided."""
    segments = max(1, round(case.config.training.batch_tokens / case.segment_tokens))
    most = math.ceil(segments / workers)
    return most * case.segment_tokens, max(0, workers - segments)


def step_parts(case: Case, workers: int, worker_tokens: float) -> Parts:
    """Seconds of each part of a step in which no worker has more tokens than this one."""
    compute = _compute_s(case, worker_tokens)
    last_backward = _BACKWARD_SHARE * compute / _micro_steps(case, worker_tokens)
    communication = _exposed_sum_s(case, workers, last_backward) + _gather_s(case, workers)
    optimizer = _optimizer_s(case, workers)
    loading = worker_tokens / case.loading_tokens_s
    state = _STATE_BYTES * case.parameters / _STORAGE_BYTES_S
    return Parts(
        compute=compute,
        communication=communication,
        optimizer=optimizer,
        loading=exposed_seconds(loading, compute + communication + optimizer),
        checkpoint=state / case.config.training.checkpoint_every_steps,
    )


def memory_of(case: Case, workers: int, worker_tokens: float) -> Memory:
    """What the fullest worker holds."""
    return worker_memory(
        case.config,
        case.laid_out,
        min(worker_tokens, _micro_tokens(case)),
        workers,
        is_cpu=case.hardware.is_cpu,
    )


def _micro_tokens(case: Case) -> float:
    """Tokens of a full micro-step: at least one segment."""
    return max(float(case.config.training.micro_batch_tokens), case.segment_tokens)


def _micro_steps(case: Case, worker_tokens: float) -> int:
    return math.ceil(worker_tokens / _micro_tokens(case))


def _compute_s(case: Case, worker_tokens: float) -> float:
    """The slower of arithmetic and of reading the weights at each micro-step (a roofline)."""
    arithmetic = worker_tokens * case.executed_flops / (case.peak * case.share_reached)
    weights = _WEIGHT_BYTES * case.parameters * _micro_steps(case, worker_tokens)
    return max(arithmetic, weights / _stream_bytes_s(case))


def _optimizer_s(case: Case, workers: int) -> float:
    updated = _UPDATE_BYTES / (workers if case.config.training.shard_optimizer else 1)
    return (updated + _GRADIENT_BYTES) * case.parameters / _stream_bytes_s(case)


def _stream_bytes_s(case: Case) -> float:
    return case.hardware.memory_bandwidth * _STREAM_EFFICIENCY


def _all_reduce_s(case: Case, workers: int) -> float:
    num_bytes = float(case.gradient_bytes * case.parameters)
    return all_reduce_seconds(num_bytes, workers, case.hardware, float(BUCKET_BYTES))


def _exposed_sum_s(case: Case, workers: int, last_backward_s: float) -> float:
    """What is waited for of the all-reduce.

    The word table's gradient is complete only when the backward pass is.
    """
    model = case.config.model
    table = float(case.gradient_bytes * model.vocab_size * model.hidden_size)
    last = all_reduce_seconds(table, workers, case.hardware)
    return max(last, exposed_seconds(_all_reduce_s(case, workers), last_backward_s))


def _gather_s(case: Case, workers: int) -> float:
    """Time in which workers with a sharded optimizer are sent the weights that others updated."""
    if not case.config.training.shard_optimizer:
        return 0.0
    return all_gather_seconds(float(_VALUE_BYTES * case.parameters), workers, case.hardware)


def _most_tokens(case: Case, memory: Memory) -> float:
    """Tokens of the largest micro-step that fits."""
    free = case.hardware.memory_bytes - (memory.total - memory.activations)
    each = activation_bytes(case.config, case.laid_out, is_cpu=case.hardware.is_cpu)
    return max(0.0, free / each)


def _scaling_batch(case: Case, workers: int) -> float | None:
    """Tokens of the smallest batch, by powers of two, that spends 80 % of a step on computing."""
    for power in range(_DOUBLINGS):
        worker_tokens = 2**power * case.segment_tokens
        parts = step_parts(case, workers, worker_tokens)
        if parts.compute >= _COMPUTING_SHARE * parts.total:
            return workers * worker_tokens
    return None


def with_training(case: Case, **changes: Any) -> Case:
    """The case with other settings of training."""
    config = case.config
    return replace(case, config=replace(config, training=replace(config.training, **changes)))

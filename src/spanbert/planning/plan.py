"""A case and a number of workers -> all that is planned of its run.

`step.py` has the seconds of a step, `course.py` those of the run, `memory.py` the bytes.
"""

from dataclasses import dataclass, replace
from typing import Any

from spanbert.planning.course import Course, run_course
from spanbert.planning.memory import Memory, activation_bytes, worker_memory
from spanbert.planning.step import (
    Case,
    Parts,
    all_reduce_s,
    fullest_worker,
    micro_steps,
    micro_tokens,
    step_parts,
)

_COMPUTING_SHARE = 0.8  # of a step that is worth its hardware, a choice
_DOUBLINGS = 24  # of a worker's segments, before a batch is looked for no more


@dataclass(frozen=True)
class Plan:
    """What a run costs on so many workers, each with a device."""

    workers: int
    worker_tokens: float  # in a step, of the worker that has most
    idle_workers: int  # without a segment
    micro_steps: int
    parts: Parts
    all_reduce_s: float  # hidden or not
    tokens_s: float
    mfu: float  # useful FLOP/s by the peak of all workers
    course: Course
    device_hours: float
    money: float | None  # None: no price is known
    memory: Memory
    fits: bool
    most_tokens: float  # of a micro-step that fits; 0: not even an empty one
    scaling_batch_tokens: float | None  # smallest batch with 80 % of computing; None: none has it


def plan_run(case: Case, workers: int) -> Plan:
    """The step and the run of a case on so many workers.

    Raises:
        ConfigError: failures come so often that the run would never end.
    """
    training = case.config.training
    worker_tokens, idle = fullest_worker(case, workers)
    parts = step_parts(case, workers, worker_tokens)
    tokens_s = training.batch_tokens / parts.total
    course = run_course(training, case.parameters, parts.without_checkpoint, parts.checkpoint)
    memory = memory_of(case, workers, worker_tokens)
    device_hours = workers * course.hours
    return Plan(
        workers=workers,
        worker_tokens=worker_tokens,
        idle_workers=idle,
        micro_steps=micro_steps(case, worker_tokens),
        parts=parts,
        all_reduce_s=all_reduce_s(case, workers),
        tokens_s=tokens_s,
        mfu=tokens_s * case.useful_flops / (workers * case.peak),
        course=course,
        device_hours=device_hours,
        money=None if case.price is None else device_hours * case.price,
        memory=memory,
        fits=memory.total <= case.hardware.memory_bytes,
        most_tokens=_most_tokens(case, memory),
        scaling_batch_tokens=_scaling_batch(case, workers),
    )


def memory_of(case: Case, workers: int, worker_tokens: float) -> Memory:
    """What the fullest worker holds."""
    return worker_memory(
        case.config,
        case.laid_out,
        min(worker_tokens, micro_tokens(case)),
        workers,
        is_cpu=case.hardware.is_cpu,
    )


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

"""Plans for several numbers of workers -> tables for a terminal, of at most 78 columns."""

import textwrap
from collections.abc import Sequence
from dataclasses import asdict

from spanbert.planning.disk import Disk
from spanbert.planning.hardware import GB
from spanbert.planning.plan import Plan, memory_of, with_training
from spanbert.planning.step import Case, Parts
from spanbert.training.config import TrainingConfig

_CHARACTERS_PER_TOKEN = 4.1  # of English, published vocabulary: docs/scaling.md
_PUBLISHED_TEXT_BYTES = 16e9  # BooksCorpus and Wikipedia (RoBERTa, arXiv 1907.11692, section 3.2)
_MS_IN_S = 1e3
_COLUMNS = 78


def plan_text(case: Case, disk: Disk, plans: Sequence[Plan]) -> str:
    """All that a person wants to see of some plans."""
    parts = [_head(case), _run_table(case, plans), _step_table(plans), _parts_table(plans)]
    parts += [_memory_table(case, plans), _disk_line(case, disk)]
    notes = [note for plan in plans for note in _notes(case, plan)]
    return "\n\n".join([*parts, "\n".join(notes)]).rstrip()


def _head(case: Case) -> str:
    return "\n".join(
        [
            f"{case.config.run.name} on {case.hardware.name}, a worker on each:"
            f" {case.parameters / 1e6:,.1f}M parameters",
            f"computing {case.executed_flops / 1e6:,.0f} MFLOP a token"
            f" at {case.share_reached:.1%} of {case.peak / 1e12:,.3g} TFLOP/s",
            _filled(_source_of_share(case)),
            *_text_needed(case.config.training),
        ]
    )


def _source_of_share(case: Case) -> str:
    share = f"{case.share_reached:.1%}"
    if case.device_tokens_s is not None:
        return f"{share} is what {case.device_tokens_s:,.0f} tokens/s of one device make"
    if not case.hardware.reached_source:
        return f"{share} is what --mfu states"
    source = case.hardware.reached_source
    return f"{share} is assumed, from {source}: measure one device, then --tokens-per-second"


def _text_needed(training: TrainingConfig) -> list[str]:
    tokens = training.steps * training.batch_tokens
    text = tokens * _CHARACTERS_PER_TOKEN
    lines = [
        f"{training.steps:,} steps of {training.batch_tokens:,} tokens:"
        f" {_short(tokens / 1e9)}G tokens, {_short(text / GB)} GB of text"
    ]
    if text > _PUBLISHED_TEXT_BYTES:
        lines.append(f"or {text / _PUBLISHED_TEXT_BYTES:,.0f} passes over the published 16 GB")
    return lines


def _short(value: float) -> str:
    """A figure that is not negative, with about three digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 or value == 0 else f"{value:.2g}"


def _run_table(case: Case, plans: Sequence[Plan]) -> str:
    heads = ["workers", "checkpoint every", "goodput", "days", "device-hours"]
    heads += [] if case.price is None else ["money"]
    rows = [
        [
            f"{plan.workers:,}",
            f"{_short(plan.course.checkpoint_every_s)} s",
            f"{plan.course.goodput:.1%}",
            _short(plan.course.days),
            _short(plan.device_hours),
            *([] if plan.money is None else [f"{plan.money:,.0f}"]),
        ]
        for plan in plans
    ]
    return f"{_title_of_run(case)}\n{_aligned([heads, *rows])}"


def _title_of_run(case: Case) -> str:
    hours = case.config.training.hours_between_failures
    asked = "; --price says the money" if case.price is None else f"; {case.price:g} a device-hour"
    return f"The run, where something fails every {hours:g} hours{asked}"


def _step_table(plans: Sequence[Plan]) -> str:
    heads = ["workers", "tokens each", "ms a step", "tokens/s", "MFU"]
    rows = [
        [
            f"{plan.workers:,}",
            f"{plan.worker_tokens:,.0f}",
            _short(plan.parts.total * _MS_IN_S),
            f"{plan.tokens_s:,.0f}",
            f"{plan.mfu:.1%}",
        ]
        for plan in plans
    ]
    return "A step\n" + _aligned([heads, *rows])


def _parts_table(plans: Sequence[Plan]) -> str:
    heads = ["workers", "compute", "communication", "optimizer", "loading", "checkpoint", "limit"]
    rows = [[f"{plan.workers:,}", *_milliseconds(plan.parts), plan.parts.largest] for plan in plans]
    return "Parts of a step, ms\n" + _aligned([heads, *rows], gap=1)


def _milliseconds(parts: Parts) -> list[str]:
    return [_short(seconds * _MS_IN_S) for seconds in asdict(parts).values()]


def _memory_table(case: Case, plans: Sequence[Plan]) -> str:
    """The parts as planned, and the total with each way to need less."""
    heads = ["workers", "weights", "gradients", "moments", "activations", "total"]
    heads += ["recomputing", "sharded", "both"]
    rows = [[f"{plan.workers:,}", *_gigabytes(case, plan)] for plan in plans]
    most = min(plan.most_tokens for plan in plans)
    title = (
        f"Memory of a worker, GB of {_short(case.hardware.memory_bytes / GB)};"
        f" a micro-step of up to {most:,.0f} tokens fits"
    )
    return f"{title}\n" + _aligned([heads, *rows], gap=1)


def _gigabytes(case: Case, plan: Plan) -> list[str]:
    memory = plan.memory
    lesser = [
        {"checkpoint_activations": True},
        {"shard_optimizer": True},
        {"checkpoint_activations": True, "shard_optimizer": True},
    ]
    totals = [
        memory_of(with_training(case, **changes), plan.workers, plan.worker_tokens).total
        for changes in lesser
    ]
    parts = [memory.weights, memory.gradients, memory.moments, memory.activations, memory.total]
    return [_short(value / GB) for value in [*parts, *totals]]


def _disk_line(case: Case, disk: Disk) -> str:
    kept = case.config.training.keep_checkpoints
    checkpoints = f"{_short(disk.checkpoints / GB)} for checkpoints ({kept} and one being written)"
    model = f"{_short(disk.model / GB)} for the model"
    shards = "shards unknown without --corpus-tokens"
    if disk.shards is not None:
        shards = f"{_short(disk.shards / GB)} for shards"
    return _filled(f"Storage, GB: {checkpoints}, {model}, {shards}")


def _filled(text: str) -> str:
    return textwrap.fill(text, _COLUMNS, break_on_hyphens=False)


def _notes(case: Case, plan: Plan) -> list[str]:
    """What a person should know about one plan before paying for it."""
    name = f"{plan.workers:,} workers: "
    notes = []
    if plan.idle_workers:
        notes.append(f"{name}{plan.idle_workers:,} have no segment in a step")
    if not plan.fits:
        notes.append(f"{name}do not fit: --set training.micro_batch_tokens={plan.most_tokens:.0f}")
    batch = plan.scaling_batch_tokens
    if batch is None:
        notes.append(f"{name}loading keeps computing under 80 % of a step at any batch")
    elif batch > case.config.training.batch_tokens:
        notes.append(f"{name}computing is 80 % of a step from {batch / 1e6:,.2f}M tokens a batch")
    return notes


def _aligned(rows: Sequence[Sequence[str]], gap: int = 2) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        (" " * gap).join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )

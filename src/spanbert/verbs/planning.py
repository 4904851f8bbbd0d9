"""The verb that says what a run costs before it is made."""

import argparse
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from spanbert.errors import ConfigError
from spanbert.verbs.verb import Verb, config_of, print_json

if TYPE_CHECKING:
    from spanbert.config import Config
    from spanbert.planning.hardware import Hardware
    from spanbert.planning.step import Case, Plan

_MOST = 1e30  # of a figure that has no other limit


def _plan(options: argparse.Namespace) -> None:
    from spanbert.planning.step import plan_run
    from spanbert.planning.table import plan_text

    case = _case(options)
    plans = [plan_run(case, workers) for workers in _workers(options, case.config)]
    if options.json:
        print_json(_assumptions(case) | {"plans": [_as_json(plan) for plan in plans]})
    else:
        print(plan_text(case, plans))


def _case(options: argparse.Namespace) -> "Case":
    from spanbert.planning.step import LOADING_TOKENS_S, PUBLISHED_GRADIENT_BYTES, Case
    from spanbert.planning.work import published_layout

    config, fill = config_of(options), options.published_fill
    longest = float(config.shards.max_pieces + 2)  # with [CLS] and [SEP]
    segment_tokens = longest if options.segment_tokens is None else options.segment_tokens
    _require_within("--segment-tokens", segment_tokens, longest)
    speed = LOADING_TOKENS_S if options.loading_speed is None else options.loading_speed
    _require_within("--loading-speed", speed, _MOST)
    case = Case(config, _hardware(options), segment_tokens, loading_tokens_s=speed)
    if fill is None:
        return case
    _require_within("--published-fill", fill, 1.0)
    layout = published_layout(config, fill)
    return replace(case, layout=layout, gradient_bytes=PUBLISHED_GRADIENT_BYTES)


def _hardware(options: argparse.Namespace) -> "Hardware":
    from spanbert.planning.hardware import Overrides, hardware_of, overridden

    hardware = hardware_of(options.hardware)
    own = Overrides(options.mfu, options.flops, options.network)
    for flag, value, most in (
        ("--mfu", own.mfu, 1.0),
        ("--flops", own.flops, _MOST),
        ("--network", own.network, _MOST),
    ):
        if value is not None:
            _require_within(flag, value, most)
    return overridden(hardware, own)


def _require_within(flag: str, value: float, most: float) -> None:
    if not 0 < value <= most:
        limit = f"above 0 and at most {most:g}"
        raise ConfigError(f"{value} must be {limit}", place=flag, remedy="change it")


def _workers(options: argparse.Namespace, config: "Config") -> list[int]:
    """The numbers of workers asked for; the settings' own when none is."""
    if options.workers is None:
        return [config.training.num_workers]
    try:
        counts = [int(word) for word in options.workers.split(",")]
    except ValueError:
        counts = [0]
    if min(counts) < 1:
        cause = f"{options.workers!r} must be whole numbers above 0, with commas between"
        raise ConfigError(cause, place="--workers", remedy="for example --workers 8,64")
    return counts


def _assumptions(case: "Case") -> dict[str, object]:
    training = case.config.training
    return {
        "name": case.config.run.name,
        "hardware": asdict(case.hardware),
        "segment_tokens": case.segment_tokens,
        "loading_tokens_s": case.loading_tokens_s,
        "gradient_bytes": case.gradient_bytes,
        "training": asdict(training),
        "parameters": case.parameters,
        "flops_per_token": case.useful_flops,
        "executed_flops_per_token": case.executed_flops,
        "peak_flops": case.peak,
        "share_reached": case.share_reached,
    }


def _as_json(plan: "Plan") -> dict[str, object]:
    """A plan with the totals that its parts make."""
    values = asdict(plan)
    values["step_s"], values["limit"] = plan.parts.total, plan.parts.largest
    values["memory"]["total"] = plan.memory.total
    return values


VERBS = (
    Verb(
        "plan",
        _plan,
        "what pre-training would cost on some hardware: time, memory, and what limits",
        "--config configs/large.toml --hardware h100 --workers 8,64,1000",
        options={
            "--hardware": {
                "required": True,
                "metavar": "NAME",
                "help": "v100-16 v100-32 a100-80 h100 h200 here",
            },
            "--workers": {"metavar": "N,N", "help": "numbers to compare; training.num_workers"},
            "--segment-tokens": {
                "type": float,
                "metavar": "N",
                "help": "mean length of a segment with its special tokens; the longest",
            },
            "--mfu": {
                "type": float,
                "metavar": "SHARE",
                "help": "share of the peak that computing reaches, as measured",
            },
            "--flops": {"type": float, "metavar": "FLOP/S", "help": "peak of a worker"},
            "--network": {
                "type": float,
                "metavar": "GBIT/S",
                "help": "between nodes, for each worker",
            },
            "--loading-speed": {
                "type": float,
                "metavar": "TOKENS/S",
                "help": "that one worker reads, masks and collates",
            },
            "--published-fill": {
                "type": float,
                "metavar": "SHARE",
                "help": "plan the published code's layout, with this share of positions filled",
            },
            "--json": {"action": "store_true", "help": "for programs"},
        },
    ),
)

"""The verb that says what a run costs before it is made."""

import argparse
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from spanbert.config import parse_config
from spanbert.errors import ConfigError
from spanbert.verbs.verb import Verb, config_of, print_json

if TYPE_CHECKING:
    from spanbert.config import Config
    from spanbert.planning.hardware import Hardware
    from spanbert.planning.plan import Plan
    from spanbert.planning.step import Case

_SIZES = ("base", "large")
_MOST = 1e30  # of a figure that has no other limit


def _plan(options: argparse.Namespace) -> None:
    from spanbert.planning.disk import disk_of
    from spanbert.planning.plan import plan_run
    from spanbert.planning.table import plan_text

    case, counts = _case_and_counts(options)
    plans = [plan_run(case, workers) for workers in counts]
    disk = disk_of(case.config, case.parameters, case.segment_tokens, case.corpus_tokens)
    if options.json:
        values = {"disk_bytes": asdict(disk), "plans": [_as_json(plan) for plan in plans]}
        print_json(_assumptions(case) | values)
    else:
        print(plan_text(case, disk, plans))


def _case_and_counts(options: argparse.Namespace) -> "tuple[Case, list[int]]":
    """What is planned, and for how many workers."""
    from spanbert.planning.step import LOADING_TOKENS_S, Case

    config = _config(options)
    config.require_positions()
    longest = float(config.shards.max_pieces + 2)  # with [CLS] and [SEP]
    _require_figures(options, longest)
    accelerator, _, counts = options.accelerator.partition(":")
    case = Case(
        config,
        _hardware(accelerator, options),
        options.segment_tokens or longest,
        loading_tokens_s=options.loading_speed or LOADING_TOKENS_S,
        device_tokens_s=options.tokens_per_second,
        price=options.price,
        corpus_tokens=options.corpus_tokens,
    )
    case = _laid_out(case, options.published_fill)
    _require_possible(case)
    return case, _counts(counts, config)


def _config(options: argparse.Namespace) -> "Config":
    """The settings of a size's preset, or of a file."""
    if (options.model is None) == (options.config is None):
        remedy = f"--model {' or '.join(_SIZES)}, or --config TOML with settings of your own"
        raise ConfigError("the model must be named once", place="plan", remedy=remedy)
    if options.model is None:
        return config_of(options)
    if options.model not in _SIZES:
        cause = f"{options.model!r} must be {' or '.join(_SIZES)}"
        raise ConfigError(cause, place="--model", remedy="or pass --config TOML")
    preset = f'[preset]\nmodel = "spanbert"\noptimization = "modern"\nsize = "{options.model}"\n'
    return parse_config(f'{preset}[run]\nname = "spanbert-{options.model}"\n', options.set)


def _require_figures(options: argparse.Namespace, longest: float) -> None:
    """Every figure that a user states is in its range; those that were not stated are None."""
    for flag, value, most in (
        ("--segment-tokens", options.segment_tokens, longest),
        ("--mfu", options.mfu, 1.0),
        ("--tokens-per-second", options.tokens_per_second, _MOST),
        ("--flops", options.flops, _MOST),
        ("--network", options.network, _MOST),
        ("--loading-speed", options.loading_speed, _MOST),
        ("--published-fill", options.published_fill, 1.0),
        ("--price", options.price, _MOST),
        ("--corpus-tokens", options.corpus_tokens, _MOST),
    ):
        if value is not None:
            _require_within(flag, value, most)
    if options.mfu is not None and options.tokens_per_second is not None:
        cause = "a measured speed has its own share of the peak"
        raise ConfigError(cause, place="--mfu", remedy="leave it or --tokens-per-second out")


def _hardware(name: str, options: argparse.Namespace) -> "Hardware":
    from spanbert.planning.hardware import Overrides, hardware_of, overridden

    return overridden(hardware_of(name), Overrides(options.mfu, options.flops, options.network))


def _require_possible(case: "Case") -> None:
    if case.share_reached > 1:
        cause = f"{case.device_tokens_s:g} is above the peak of {case.hardware.name}"
        remedy = f"of one device it is at most {case.peak / case.executed_flops:,.0f}"
        raise ConfigError(cause, place="--tokens-per-second", remedy=remedy)


def _laid_out(case: "Case", published_fill: float | None) -> "Case":
    from spanbert.planning.step import PUBLISHED_GRADIENT_BYTES
    from spanbert.planning.work import published_layout

    if published_fill is None:
        return case
    layout = published_layout(case.config, published_fill)
    return replace(case, layout=layout, gradient_bytes=PUBLISHED_GRADIENT_BYTES)


def _require_within(flag: str, value: float, most: float) -> None:
    if not 0 < value <= most:
        limit = f"above 0 and at most {most:g}"
        raise ConfigError(f"{value} must be {limit}", place=flag, remedy="change it")


def _counts(text: str, config: "Config") -> list[int]:
    """The numbers of workers asked for; the settings' own when none is."""
    if not text:
        return [config.training.num_workers]
    try:
        counts = [int(word) for word in text.split(",")]
    except ValueError:
        counts = [0]
    if min(counts) < 1:
        cause = f"{text!r} must be whole numbers above 0, with commas between"
        raise ConfigError(cause, place="--accelerator", remedy="for example h100:8,64")
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
        "device_tokens_s": case.device_tokens_s,
        "price": case.price,
        "corpus_tokens": case.corpus_tokens,
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
        "what pre-training would cost: time, money, memory, storage, and what limits",
        "--model large --accelerator h100:32 --price 2.50",
        config="optional",
        options={
            "--model": {"metavar": "SIZE", "help": "base or large, as in the paper; or --config"},
            "--accelerator": {
                "required": True,
                "metavar": "NAME[:N,N]",
                "help": "v100-16 v100-32 a100-80 h100 h200 here,"
                " and how many, a worker on each; training.num_workers",
            },
            "--price": {
                "type": float,
                "metavar": "MONEY",
                "help": "of one device for an hour, in any currency",
            },
            "--tokens-per-second": {
                "type": float,
                "metavar": "N",
                "help": "that one device alone trains with, as measured",
            },
            "--corpus-tokens": {
                "type": float,
                "metavar": "N",
                "help": "in the shards, for their size",
            },
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

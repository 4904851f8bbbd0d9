"""Figures of training as gauges, for those who watch from outside.

A gauge is a name and its newest value. `ray_worker.py` makes them Ray's, which Prometheus reads as
`ray_<name>`; here nothing knows of either.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from spanbert.checkpoints.saver import Saver
from spanbert.config import Config
from spanbert.planning.hardware import peak_flops_of_device
from spanbert.planning.work import packed_layout, step_flops
from spanbert.shards.reader import ShardReader

GAUGES = {
    "spanbert_loss": "Loss of the newest logged step, in nats, over all objectives.",
    "spanbert_tokens_per_second": "Tokens trained on each second, over all workers.",
    "spanbert_mfu": "Share of the devices' peak that goes into the model's FLOP, 0 to 1.",
    "spanbert_step_seconds": "Seconds of a step, in the mean since the last logged step.",
    "spanbert_checkpoint_age_seconds": "Seconds of training that are in no checkpoint yet.",
    "spanbert_skipped_steps": "Steps of the run that were skipped for their gradient.",
}

SetGauge = Callable[[str, float], None]  # takes one of those names and a value, and does not wait

_SPECIAL_TOKENS = 2  # [CLS] and [SEP], which shards do not hold


def no_gauge(name: str, value: float) -> None:
    """Nobody watches."""


class SetGauges:
    """A hook: sets all gauges. Speeds are of the steps since the call before.

    Args:
        first: number of finished steps at the start.
        step_tokens: of one step, over all workers.
        peak_tokens_s: of all workers, as `peak_tokens_s`; None leaves the gauge of MFU alone.
        saver: knows the age of the newest checkpoint.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        set_gauge: SetGauge,
        first: int,
        step_tokens: int,
        peak_tokens_s: float | None,
        saver: Saver,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._set, self._step_tokens, self._peak_tokens_s = set_gauge, step_tokens, peak_tokens_s
        self._saver, self._clock = saver, clock
        self._last, self._last_s = first, clock()

    def __call__(self, done: int, metrics: dict[str, float]) -> None:
        """Set each gauge to its value at `done`."""
        now_s = self._clock()
        step_s = (now_s - self._last_s) / (done - self._last)
        self._last, self._last_s = done, now_s
        tokens_s = self._step_tokens / step_s
        self._set("spanbert_loss", metrics["loss"])
        self._set("spanbert_tokens_per_second", tokens_s)
        self._set("spanbert_step_seconds", step_s)
        self._set("spanbert_checkpoint_age_seconds", self._saver.unsaved_s)
        self._set("spanbert_skipped_steps", metrics["skipped_steps"])
        if self._peak_tokens_s is not None:
            self._set("spanbert_mfu", tokens_s / self._peak_tokens_s)


def peak_tokens_s(
    config: Config, shards: ShardReader, device_name: str, num_workers: int
) -> float | None:
    """Tokens/s of so many devices at their peak; None where their peak is not known.

    Args:
        device_name: as torch tells it, or "cpu".
    """
    peak = peak_flops_of_device(device_name, config.training.precision)
    if peak is None:
        return None
    sizes = replace(config.model, vocab_size=shards.vocab_size)
    segment_tokens = shards.num_tokens / len(shards) + _SPECIAL_TOKENS
    layout = packed_layout(config, segment_tokens)
    return num_workers * peak / step_flops(replace(config, model=sizes), layout)

"""What is not here is refused with both numbers; slow 16 bits are told of."""

import os
from dataclasses import replace

import pytest
import torch

from spanbert.errors import ConfigError
from spanbert.machine import usable_cpus
from spanbert.training.config import TrainingConfig
from spanbert.training.resources import (
    require_cpus,
    require_gpus,
    require_workers,
    warn_of_slow_precision,
)


def test_what_fits_is_accepted_and_one_more_is_not():
    here = usable_cpus()
    require_cpus(TrainingConfig(num_workers=here))
    with pytest.raises(ConfigError, match=rf"asks for {here + 1} CPUs, {here} are here"):
        require_cpus(replace(TrainingConfig(), num_workers=1, threads_per_worker=here + 1))


def test_processors_that_this_process_may_not_use_do_not_count():
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        with pytest.raises(ConfigError, match="asks for 2 CPUs, 1 are here"):
            require_cpus(TrainingConfig(num_workers=2))
    finally:
        os.sched_setaffinity(0, before)


def test_one_gpu_more_than_there_are_is_refused_with_what_is_missing():
    here = torch.cuda.device_count()
    require_gpus(TrainingConfig(num_workers=here + 1, use_gpu=False))
    with pytest.raises(ConfigError, match=rf"asks for {here + 1} GPUs.* {here} are here") as told:
        require_gpus(TrainingConfig(num_workers=here + 1, use_gpu=True))
    assert bool(here) != ("driver" in str(told.value) or "without CUDA" in str(told.value))


def test_what_this_machine_lacks_is_no_matter_in_a_cluster(monkeypatch):
    wanted = TrainingConfig(num_workers=4096)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with pytest.raises(ConfigError, match="4096"):
        require_workers(wanted)
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    require_workers(wanted)


@pytest.mark.parametrize("names", [[], ["avx512_bf16"], ["amx_bf16", "avx512_bf16"]])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("use_gpu", [False, True])
def test_bf16_without_instructions_is_told_of(monkeypatch, names, precision, use_gpu):
    has = {"architecture": "x86_64"} | dict.fromkeys(names, True)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
    said = []
    training = TrainingConfig(precision=precision, use_gpu=use_gpu)
    warn_of_slow_precision(training, said.append)
    assert bool(said) == (precision == "bf16" and not use_gpu and not names)
    assert all("training.precision=fp32" in line for line in said)

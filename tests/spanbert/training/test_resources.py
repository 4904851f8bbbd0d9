"""More workers than processors are refused with both numbers; slow 16 bits are told of."""

import os
from dataclasses import replace

import pytest
import torch

from spanbert.errors import ConfigError
from spanbert.training.config import TrainingConfig
from spanbert.training.resources import require_cpus, warn_of_slow_precision


def test_what_fits_is_accepted_and_one_more_is_not():
    here = os.cpu_count()
    require_cpus(TrainingConfig(num_workers=here))
    with pytest.raises(ConfigError, match=rf"asks for {here + 1} CPUs, {here} are here"):
        require_cpus(replace(TrainingConfig(), num_workers=1, threads_per_worker=here + 1))


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

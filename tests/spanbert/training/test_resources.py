"""More workers than processors are refused with both numbers."""

import os
from dataclasses import replace

import pytest

from spanbert.errors import ConfigError
from spanbert.training.config import TrainingConfig
from spanbert.training.resources import require_cpus


def test_what_fits_is_accepted_and_one_more_is_not():
    here = os.cpu_count()
    require_cpus(TrainingConfig(num_workers=here))
    with pytest.raises(ConfigError, match=rf"asks for {here + 1} CPUs, {here} are here"):
        require_cpus(replace(TrainingConfig(), num_workers=1, threads_per_worker=here + 1))

"""Workers, GPUs and 16 bits are held against the machine, and what fits is named."""

import re

import pytest

from spanbert.doctor.workers import Machine, check_workers, worker_findings
from spanbert.training.config import TrainingConfig

BOX = Machine(cpus=8, gpus=2, cpu_flags=frozenset({"sse2"}), torch="2.13.0")


def statuses(machine=BOX, **training):
    return [f.status for f in worker_findings(TrainingConfig(**training), machine)]


def test_the_last_processor_may_be_used_and_no_more():
    assert statuses(num_workers=4, threads_per_worker=2) == ["ok"]
    assert statuses(num_workers=3, threads_per_worker=3) == ["problem"]


@pytest.mark.parametrize(("parts", "fits"), [(0, 8), (64, 8), (12, 6), (11, 1)])
def test_the_remedy_is_a_number_that_is_accepted(parts, fits):
    asked = TrainingConfig(num_workers=parts or 64, batch_parts=parts)
    (finding,) = worker_findings(asked, BOX)
    assert (finding.exit_code, finding.found) == (2, "8 CPUs usable")
    number = int(re.search(r"num_workers=(\d+)", finding.remedy)[1])
    assert number == fits
    assert worker_findings(TrainingConfig(num_workers=number, batch_parts=parts), BOX)[
        0
    ].status == ("ok")


def test_more_threads_than_processors_are_named_in_the_remedy():
    (finding,) = worker_findings(TrainingConfig(threads_per_worker=9), BOX)
    assert "training.threads_per_worker=1" in finding.remedy


def test_64_workers_are_refused_here():
    assert check_workers(TrainingConfig(num_workers=64))[0].exit_code == 2


def test_each_worker_needs_a_gpu_and_a_torch_that_knows_it():
    assert statuses(num_workers=2, use_gpu=True) == ["ok", "ok"]
    assert statuses(num_workers=3, use_gpu=True) == ["ok", "problem"]
    without = Machine(8, 2, frozenset(), "2.13.0+cpu")
    assert statuses(without, num_workers=2, use_gpu=True) == ["ok", "problem"]


@pytest.mark.parametrize(
    ("flags", "told"),
    [({"sse2"}, True), (set(), False), ({"sse2", "avx512_bf16"}, False), ({"amx_bf16"}, False)],
)
def test_16_bits_without_instructions_are_told_of(flags, told):
    machine = Machine(8, 2, frozenset(flags), "2.13.0")
    assert ("warning" in statuses(machine, precision="bf16")) == told
    assert "warning" not in statuses(machine, precision="fp32")
    assert "warning" not in statuses(machine, precision="bf16", use_gpu=True)

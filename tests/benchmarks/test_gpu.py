"""Slices that go on from one another; the measuring itself at toy size on the CPU."""

import pytest
import torch

from benchmarks import gpu
from benchmarks.results import Figure
from benchmarks.workload import TOY, TOY_VOCAB_SIZE

CASES = [
    gpu.Case(TOY, length, is_padded, 256, TOY_VOCAB_SIZE)
    for length in (64, 128)
    for is_padded in (True, False)
]
NAMES = [case.name for case in CASES]


class Bench:
    """Cases that take as long as they are told, on a clock of their own."""

    def __init__(self, case_s=100.0):
        self.now_s, self.case_s, self.measured = 0.0, case_s, []

    def measure(self, case):
        self.measured.append(case.name)
        self.now_s += self.case_s
        return [Figure(case.name, "")]

    def slice(self, state, slice_s):
        gpu.run_slice(CASES, state, slice_s, self.measure, lambda: self.now_s)


def test_each_slice_goes_on_where_the_last_one_stopped(tmp_path):
    bench = Bench()
    bench.slice(tmp_path, 250)
    assert bench.measured == NAMES[:2]
    bench.slice(tmp_path, 250)
    assert bench.measured == NAMES
    bench.slice(tmp_path, 250)
    assert bench.measured == NAMES
    figures = gpu.finished(CASES, tmp_path)
    assert {name: [f.work for f in part] for name, part in figures.items()} == {
        name: [name] for name in NAMES
    }


def test_a_case_is_not_begun_when_one_as_long_as_the_longest_would_not_fit(tmp_path):
    bench = Bench(case_s=200.0)
    bench.slice(tmp_path, 530)
    assert bench.now_s == 400.0


def test_a_slice_that_is_too_short_still_gets_on(tmp_path):
    bench = Bench()
    bench.slice(tmp_path, 1)
    assert bench.measured == NAMES[:1]


def test_a_case_that_never_ended_is_a_failure_and_is_not_begun_again(tmp_path):
    bench = Bench()

    def killed(case):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gpu.run_slice(CASES, tmp_path, 500, killed)
    bench.slice(tmp_path, 1000)
    assert bench.measured == NAMES[1:]
    (figure,) = gpu.finished(CASES, tmp_path)[NAMES[0]]
    assert figure.failure == "did not end within a slice"


def test_a_case_without_memory_is_a_row_and_the_others_go_on(tmp_path):
    def measure(case):
        if case.name == NAMES[0]:
            raise torch.OutOfMemoryError("too large")
        return [Figure(case.name, "")]

    gpu.run_slice(CASES, tmp_path, 1e9, measure)
    figures = gpu.finished(CASES, tmp_path)
    assert figures[NAMES[0]][0].failure == "OutOfMemoryError: too large"
    assert [part[0].failure for part in figures.values()][1:] == [""] * 3


def test_without_a_gpu_nothing_is_measured(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpu.main(["--state", str(tmp_path / "state")]) == 0
    assert "no CUDA GPU here" in capsys.readouterr().out
    assert not (tmp_path / "state").exists()


def test_all_is_measured_at_toy_size(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gpu, "TOY_CASES", CASES[:1])
    monkeypatch.setattr(gpu, "_REPETITIONS", 1)
    command = ["--state", str(tmp_path / "state"), "--device", "cpu", "--results", str(tmp_path)]
    assert gpu.main(command) == 0
    assert "1 of 1 cases are done" in capsys.readouterr().out
    (page,) = tmp_path.glob("*-gpu-toy.md")
    for part in (
        "share of the matmul ceiling",
        "peak memory",
        "MLM step",
        "python -m benchmarks.gpu",
    ):
        assert part in page.read_text()


def test_every_size_length_and_kind_of_data_has_a_case():
    assert len({case.name for case in gpu.CASES}) == 16
    assert set(gpu.MFU) == {case.size.name for case in gpu.CASES}

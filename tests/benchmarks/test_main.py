"""The parent: what is run, what is written, and a failure that is a row and an exit code."""

import pytest

from benchmarks import __main__ as parent
from benchmarks import child
from benchmarks.results import from_json
from benchmarks.table import BENCHMARKS, measure_of
from benchmarks.workload import Plan


def test_every_benchmark_has_its_function():
    assert all(callable(measure_of(name)) for name in BENCHMARKS)


def test_one_benchmark_gives_its_figures_and_the_state_of_the_cores(tmp_path):
    answer = child.run("sbo_cost", Plan("toy", tmp_path))
    (figure,) = from_json(answer["figures"])
    assert answer["thread_ratio"] > 0
    assert len(figure.values) == 2
    assert figure.not_judged == "toy sizes"


def test_a_failed_benchmark_is_a_row_and_the_exit_code(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(BENCHMARKS, "broken", "benchmarks.broken")
    assert parent.main(["--toy", "--only", "broken", "--results", str(tmp_path)]) == 1
    (page,) = tmp_path.glob("*-toy.md")
    assert "| broken |" in page.read_text()
    assert "failed: " in page.read_text()
    assert "invalid choice: 'broken'" in capsys.readouterr().err


def test_a_benchmark_that_hangs_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(parent, "_LONGEST_S", 0.2)
    log = tmp_path / "log"
    assert parent._call(["step", "full", str(tmp_path / "out")], log) == "not done after 0.2 s"


def test_an_unknown_name_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        parent.main(["--only", "step,speed"])
    assert "no benchmark speed; there are step, mlm_step" in capsys.readouterr().err

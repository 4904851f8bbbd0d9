"""Other numbers of workers: the same samples, in exact mode the same bits (R1, R2, F18, F19)."""

from dataclasses import replace

import group
import numpy as np
import pytest
import tiny
from group import exactness, weights

from spanbert.errors import ConfigError
from spanbert.training.curve import read_curve

FAST = ("training.batch_parts=4", "training.batch_tokens=600", "training.log_every_steps=1")
EXACT = (*FAST, "training.exact=true")


def settings(tmp_path, workers, *more):
    return tiny.config(tmp_path, f"training.num_workers={workers}", *more)


def test_one_two_and_four_workers_come_to_the_same_bits(place, tmp_path):
    for workers in (1, 2, 4):
        sharded = f"training.shard_optimizer={'true' if workers == 4 else 'false'}"
        group.train(settings(tmp_path, workers, *EXACT, sharded), place(f"w{workers}"))
    digests = {weights(place(f"w{workers}")) for workers in (1, 2, 4)}
    assert len(digests) == 1
    curves = [read_curve(place(f"w{workers}").curve) for workers in (1, 2, 4)]
    assert curves[0] == curves[1] == curves[2]


def test_a_run_may_change_its_number_of_workers_on_the_way(place, tmp_path):
    group.train(settings(tmp_path, 1, *EXACT), place("uncut"))
    inputs = place("changed")
    for workers, stop in ((2, 4), (1, 8), (2, 0)):
        fault = f"SIGKILL at {stop}" if stop else ""
        processes = group.start(settings(tmp_path, workers, *EXACT), inputs, fault)
        if not stop:
            ended = group.wait(processes)
            assert [code for code, _ in ended] == [0, 0]
            break
        processes[0].wait(timeout=60)
        for process in processes[1:]:
            process.kill()
        group.wait(processes)
    assert weights(inputs) == weights(place("uncut"))
    assert exactness(inputs) == {
        "level": "bitwise",
        "reason": "never resumed on anything else",
        "largest_difference": 0.0,
    }


def test_without_exact_mode_only_rounding_differs(place, tmp_path):
    for workers in (1, 4):
        group.train(settings(tmp_path, workers, *FAST), place(f"w{workers}"))
    one, four = (read_curve(place(f"w{workers}").curve) for workers in (1, 4))
    losses = [[point["loss"] for point in curve] for curve in (one, four)]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-6)


def test_another_number_of_workers_is_told_of_where_it_rounds(place, tmp_path):
    inputs = place("numeric")
    first = settings(tmp_path, 2, *FAST)
    group.train(replace(first, training=replace(first.training, steps=6)), inputs)
    group.train(settings(tmp_path, 1, *FAST), inputs)
    told = exactness(inputs)
    assert told["level"] == "numeric"
    assert "workers 2 -> 1" in told["reason"]


def test_workers_that_do_not_divide_the_parts_are_refused_with_the_numbers_that_do(tmp_path):
    with pytest.raises(ConfigError, match=r"num_workers = 3 .* = 4 .*1, 2, 4") as refused:
        settings(tmp_path, 3, *FAST)
    assert refused.value.exit_code == 2
    with pytest.raises(ConfigError, match="power of two"):
        settings(tmp_path, 1, "training.exact=true", "training.batch_parts=6")

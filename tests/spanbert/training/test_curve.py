"""One line a logged step, also after a kill; what is computed again is compared."""

import json
import math

from spanbert.training.curve import CurveFile, read_curve


def test_points_come_back_in_order(tmp_path):
    curve = CurveFile(tmp_path / "c")
    for step in (1, 2, 3):
        curve(step, {"loss": step / 2})
    assert [p["loss"] for p in read_curve(tmp_path / "c")] == [0.5, 1.0, 1.5]


def test_lines_are_only_appended_and_carry_the_time_they_came_at(tmp_path):
    first = CurveFile(tmp_path / "c", clock=lambda: 12.5)
    for step in (2, 4, 6):
        first(step, {"loss": 1.0})
    before = (tmp_path / "c").read_text()
    resumed = CurveFile(tmp_path / "c", clock=lambda: 99.0)
    for step in (4, 6, 8):
        resumed(step, {"loss": 1.0})
    after = (tmp_path / "c").read_text()
    assert after.startswith(before)
    times = [json.loads(line)["time_ms"] for line in after.splitlines()]
    assert times == [12_500] * 3 + [99_000]
    assert [p["step"] for p in read_curve(tmp_path / "c")] == [2, 4, 6, 8]
    assert resumed.largest_difference == 0


def test_a_repeated_step_with_other_figures_is_noticed(tmp_path):
    CurveFile(tmp_path / "c")(2, {"loss": 1.0, "grad_norm": 2.0})
    resumed = CurveFile(tmp_path / "c")
    resumed(2, {"loss": 1.0, "grad_norm": 1.5})
    assert resumed.largest_difference == 0.25
    assert [p["grad_norm"] for p in read_curve(tmp_path / "c")] == [2.0]
    resumed(2, {"loss": math.nan, "grad_norm": 2.0})
    assert resumed.largest_difference == math.inf


def test_a_line_cut_by_a_kill_is_left_out(tmp_path):
    CurveFile(tmp_path / "c")(1, {"loss": 1.0})
    with (tmp_path / "c").open("a") as handle:
        handle.write('{"step": 2, "lo')
    assert [p["step"] for p in read_curve(tmp_path / "c")] == [1]
    CurveFile(tmp_path / "c")(2, {"loss": 2.0})
    assert [p["step"] for p in read_curve(tmp_path / "c")] == [1, 2]

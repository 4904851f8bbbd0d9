"""One line a logged step, also after a kill."""

from spanbert.training.curve import CurveFile, read_curve


def test_points_come_back_in_order(tmp_path):
    curve = CurveFile(tmp_path / "c", 0)
    for step in (1, 2, 3):
        curve(step, {"loss": step / 2})
    assert [p["loss"] for p in read_curve(tmp_path / "c")] == [0.5, 1.0, 1.5]


def test_a_resumed_run_drops_what_came_after_its_checkpoint(tmp_path):
    first = CurveFile(tmp_path / "c", 0)
    for step in (2, 4, 6):
        first(step, {"loss": 1.0})
    resumed = CurveFile(tmp_path / "c", 4)
    resumed(6, {"loss": 1.0})
    assert [p["step"] for p in read_curve(tmp_path / "c")] == [2, 4, 6]


def test_a_line_cut_by_a_kill_is_left_out(tmp_path):
    CurveFile(tmp_path / "c", 0)(1, {"loss": 1.0})
    with (tmp_path / "c").open("a") as handle:
        handle.write('{"step": 2, "lo')
    assert [p["step"] for p in read_curve(tmp_path / "c")] == [1]
    CurveFile(tmp_path / "c", 1)(2, {"loss": 2.0})
    assert [p["step"] for p in read_curve(tmp_path / "c")] == [1, 2]

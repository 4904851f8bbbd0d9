"""Verdicts, and when there is none; the page that keeps them."""

from dataclasses import replace

from benchmarks import results
from benchmarks.results import Figure, failed, from_json, not_measured, speed_ratio, verdict

QUIET, SHARED = 1.9, 1.2
STEP = Figure("a step", "a peer", (2.0, 3.0, 9.0), bound=2.5, aim=3.5)


def test_the_median_is_judged():
    assert verdict(STEP, QUIET) == "met"
    assert verdict(replace(STEP, bound=3.1), QUIET) == "missed"
    assert verdict(replace(STEP, aim=3.0), QUIET) == "met, and the aim"


def test_costs_are_judged_the_other_way():
    cost = replace(STEP, better="lower", bound=3.1, aim=2.0)
    assert verdict(cost, QUIET) == "met"
    assert verdict(replace(cost, bound=2.9), QUIET) == "missed"
    assert verdict(replace(cost, aim=3.0), QUIET) == "met, and the aim"


def test_shared_cores_are_not_judged():
    assert verdict(STEP, SHARED) == "not judged: cores are shared (2 threads are 1.20x one)"
    assert verdict(STEP, 1.7) == "met"


def test_what_the_cores_do_not_touch_is_judged_all_the_same():
    assert verdict(replace(STEP, needs_quiet=False), SHARED) == "met"
    assert verdict(STEP, None) == "met"


def test_what_was_not_measured_says_why():
    figure = not_measured("a step", "a peer", "bf16 has no kernels here", bound=1.0, aim=2.0)
    assert verdict(figure, QUIET) == "not judged: bf16 has no kernels here"
    assert results.row(figure, QUIET)[2:6] == ["–", "–", "–", "–"]


def test_a_failure_comes_before_all_else():
    assert verdict(failed("a step", "out of memory"), SHARED) == "failed: out of memory"


def test_without_a_bound_there_is_no_verdict():
    assert verdict(replace(STEP, bound=None), QUIET) == "no bound"


def test_speeds_and_ratios_come_from_the_same_times():
    figure = speed_ratio(
        "w", "p", ours_s=[1.0, 2.0], peer_s=[3.0, 4.0], tokens=3000, bound=1.0, aim=5.0
    )
    assert figure.values == (3.0, 2.0)
    assert (figure.ours, figure.theirs) == ("2,000 tok/s", "857 tok/s")


def test_a_row_shows_figure_spread_and_bounds():
    row = results.row(STEP, QUIET)
    assert row[2:4] == ["3.00x", "2.00x – 9.00x"]
    assert row[6:] == ["≥ 2.50x / 3.50x", "met"]


def test_figures_survive_the_way_from_the_child():
    figures = [STEP, failed("x", "y")]
    assert from_json(results.to_json(figures)) == figures


def test_a_table_keeps_its_columns_whatever_the_text():
    text = results.table([failed("a | b", "two\nlines | more")], QUIET)
    widths = {line.replace(r"\|", "").count("|") for line in text.splitlines()}
    assert widths == {len(results.HEADINGS) + 1}


def test_the_page_says_where_it_comes_from(tmp_path):
    text = results.page([("step", QUIET, [STEP])], "python -m benchmarks --only step")
    for part in ("## step", "1.90x", "hardware:", "command: `python -m", "torch 2", "commit:"):
        assert part in text
    path = results.write_page(text, tmp_path / "new", "-toy")
    assert path.name.endswith("-toy.md")
    assert path.read_text() == text

"""What cells found becomes means, differences, averages and reasons; nothing counts as zero."""

import json

import pytest

from spanbert.errors import DataError
from spanbert.failures import write_failure
from spanbert.suite.results import gather_suite, keep_scores, write_results

FIGURES = {
    "one": [{"score": "f1", "title": "F1", "paper": 90.0, "base": 80.0}],
    "two": [
        {"score": "f1", "title": "F1", "paper": 50.0, "base": None},
        {"score": "exact_match", "title": "EM", "paper": 40.0, "base": None},
    ],
}


def plan_of(**cells):
    """A plan of benchmarks "one" and "two" with cells of these seeds; two is made of one."""
    benchmarks = [
        {
            "name": name,
            "title": name.title(),
            "figures": figures,
            "licence": "free",
            "in_place_of": "",
            "overlaps": ["one"] if name == "two" else [],
            "files": [{"split": "dev", "name": f"{name}.json", "sha256": "ab" * 32}],
            "why_not": "" if name in cells else "absent",
            "cells": [{"seed": n, "name": f"{name}-{n}"} for n in cells.get(name, [])],
        }
        for name, figures in FIGURES.items()
    ]
    return {
        "title": "Tiny",
        "start": {"path": "encoder", "sha256": "cd" * 32, "finetuned_for": []},
        "seeds": [1, 2],
        "has_grids": True,
        "overrides": [],
        "averages": [{"title": "Both", "parts": ["one", "two"]}],
        "notes": [],
        "benchmarks": benchmarks,
    }


def keep(folder, f1, exact=1.0):
    folder.mkdir(parents=True)
    scores = {"split": "test", "exact_match": exact, "f1": f1, "num_questions": 9, "curve": []}
    keep_scores(folder, scores)


def test_means_and_deviations_over_seeds_and_an_average_of_means(tmp_path):
    for name, seed, f1 in (("one", 1, 70.0), ("one", 2, 74.0), ("two", 1, 30.0), ("two", 2, 50.0)):
        keep(tmp_path / f"{name}-{seed}", f1, exact=20.0)
    results = json.loads(json.dumps(gather_suite(plan_of(one=[1, 2], two=[1, 2]), tmp_path)))
    one, two = results["benchmarks"]
    (f1,) = one["figures"]
    assert (f1["values"], f1["mean"]) == ({"1": 70.0, "2": 74.0}, 72.0)
    assert f1["sd"] == pytest.approx(8**0.5)
    assert f1["difference"] == -18
    assert [figure["mean"] for figure in two["figures"]] == [40.0, 20.0]
    (both,) = results["averages"]
    # of one 72; of two the mean of 40 and 20; the paper's 90 and the mean of 50 and 40
    assert (both["mean"], both["paper"], both["base"]) == (51.0, 67.5, None)
    assert both["difference"] == -16.5
    assert results["overlaps"] == [["Two", "One"]]


def test_what_is_not_there_has_its_reason_and_no_number(tmp_path):
    keep(tmp_path / "one-1", 70.0)
    (tmp_path / "one-2").mkdir()
    write_failure(tmp_path / "one-2", DataError("it broke", place="x.json"))
    results = gather_suite(plan_of(one=[1, 2, 3]), tmp_path)
    one, two = results["benchmarks"]
    assert one["figures"][0]["mean"] == 70
    assert one["figures"][0]["sd"] is None
    assert one["failed"] == {
        2: "x.json: it broke",
        3: "not finished -> run the same command again",
    }
    assert two["split"] == ""
    assert [figure["mean"] for figure in two["figures"]] == [None, None]
    (both,) = results["averages"]
    assert (both["mean"], both["difference"], both["absent"]) == (None, None, ["Two"])
    assert both["paper"] == 67.5
    assert results["overlaps"] == []


def test_a_figure_that_evaluation_does_not_give_is_told(tmp_path):
    plan = plan_of(one=[1])
    plan["benchmarks"][0]["figures"] = [{**FIGURES["one"][0], "score": "f2"}]
    keep(tmp_path / "one-1", 70.0)
    one, _ = gather_suite(plan, tmp_path)["benchmarks"]
    assert one["failed"] == {1: "evaluation gives no f2, but exact_match, f1"}
    assert one["figures"][0]["mean"] is None


def test_figures_of_another_split_or_a_group_are_named_with_it(tmp_path):
    scores = {"split": "dev", "accuracy": 80.0, "mismatched": {"accuracy": 70.0, "num_examples": 3}}
    scores |= {"muc": {"f1": 60.0}, "seeds": {"n": 2, "f1": {"mean": 1.0}}}
    figures = {"accuracy": 80.0, "mismatched.accuracy": 70.0, "muc.f1": 60.0}
    assert keep_scores(tmp_path, scores) == figures


def test_results_and_table_are_written_side_by_side(tmp_path):
    keep(tmp_path / "cells" / "one-1", 70.0)
    results = gather_suite(plan_of(one=[1]), tmp_path / "cells")
    write_results(results, tmp_path)
    assert json.loads((tmp_path / "suite.json").read_text())["title"] == "Tiny"
    assert "| One | F1 | 70.0 | test | 90.0 | -20.0 | 80.0 |" in (tmp_path / "suite.md").read_text()

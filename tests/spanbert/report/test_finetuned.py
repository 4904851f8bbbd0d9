"""The page and the table of a model that was fine-tuned alone."""

import pytest
from run_example import results_of

from spanbert.report.finetuned import render_finetuned
from spanbert.report.results import write_report
from spanbert.report.terminal import results_table


@pytest.fixture
def results():
    whole = results_of()
    (qa, *_) = whole["qa"]
    qa.pop("seeds", None)
    qa |= {"split": "test", "dev": {"exact_match": 20.0, "f1": 30.0, "num_questions": 900}}
    kept = ("schema_version", "run_id", "seed", "registered", "model", "provenance", "config_toml")
    return {name: whole[name] for name in kept} | {"qa": [qa]}


def test_the_score_is_told_first_with_the_spread_over_seeds(results):
    assert "F1 is 22.4 on 1,100 questions of test." in render_finetuned(results)
    spread = {"mean": 21.44, "sd": 0.66}
    results["qa"][0]["seeds"] = {"n": 5, "f1": spread, "exact_match": spread}
    told = "F1 is 22.4 on 1,100 questions of test; over 5 seeds it is 21.4 ± 0.7."
    assert told in render_finetuned(results)
    table = results_table(results, "report.html")
    assert told in table
    assert "spanbert-qa version 1 (latest-evaluated)" in table
    assert max(map(len, table.splitlines())) <= 78
    results["qa"][0]["seeds"] = {"n": 1, "f1": {"mean": 22.4, "sd": None}, "exact_match": spread}
    assert "over" not in results_table(results, "report.html")


def test_a_page_is_written_for_results_without_pre_training(results, tmp_path):
    write_report(results, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert page == render_finetuned(results)
    assert "Question answering" in page
    assert "Pre-training" not in page


def test_texts_of_results_stay_texts(results):
    results["run_id"] = "<script>alert(1)</script>"
    assert "<script>alert" not in render_finetuned(results)
    assert "\x1b" not in results_table(results | {"run_id": "a\x1b[31m"}, "report.html")

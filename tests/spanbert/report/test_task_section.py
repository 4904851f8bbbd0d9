"""Figures of any task on the page of fine-tuned models and in a terminal."""

import pytest
from run_example import results_of

from spanbert.report.finetuned import finetuned_table, render_finetuned
from spanbert.report.results import headline

COREF = {
    "start": "pre-trained",
    "split": "test",
    "conll_f1": 77.36,
    "pruning_recall": 96.0,
    "num_documents": 9,
    "dev": {"conll_f1": 78.04, "num_documents": 8},
}


@pytest.fixture
def results():
    whole = results_of()
    (qa, *_) = whole["qa"]
    kept = ("schema_version", "run_id", "seed", "registered", "model", "provenance", "config_toml")
    return {name: whole[name] for name in kept} | {"qa": [qa | {"split": "dev"}], "coref": [COREF]}


def test_each_task_has_its_figures_beside_those_of_question_answering(results):
    page = render_finetuned(results)
    for told in ("Coreference, in percent", "conll f1", "77.4", "78.0", "Question answering"):
        assert told in page
    table = finetuned_table(results, "report.html")
    assert "Coreference: conll f1 is 77.4 on test." in table
    assert "F1 is 22.4 on 1,100 questions of dev." in table
    assert "num documents" not in page + table
    assert max(map(len, table.split("\n"))) <= 120


def test_a_task_alone_is_shown_without_question_answering(results):
    results["qa"] = []
    assert "Question answering" not in render_finetuned(results)
    assert "exact match" not in finetuned_table(results, "report.html")


def test_figures_of_each_task_are_compared_by(results):
    figures = headline(results)
    assert figures["coref_conll_f1_pre-trained"] == 77.36
    assert figures["qa_f1_pre-trained"] == 22.4
    assert "coref_num_documents_pre-trained" not in figures

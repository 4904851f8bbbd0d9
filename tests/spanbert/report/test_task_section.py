"""Figures of any task on the page of fine-tuned models and in a terminal."""

import pytest
import task_results
from hostile import PAYLOADS, Page, assert_harmless
from run_example import results_of

from spanbert.report.finetuned import render_finetuned
from spanbert.report.results import headline
from spanbert.report.task_section import rows_of, seeds_table, summary_table
from spanbert.report.terminal import results_table


@pytest.fixture
def results():
    whole = results_of()
    (qa, *_) = whole["qa"]
    kept = ("schema_version", "run_id", "seed", "registered", "model", "provenance", "config_toml")
    return {name: whole[name] for name in kept} | {
        "qa": [qa | {"split": "dev"}],
        "coref": [task_results.coref()],
        "glue": [task_results.glue()],
        "relations": [task_results.relations()],
    }


def test_each_task_has_its_section_after_one_table_of_all(results):
    text = Page(render_finetuned(results)).text
    titles = (
        *("Fine-tuned models, in percent", "Question answering, in percent"),
        *("Coreference on test", "Sentence classification, in", "Relation extraction, in"),
    )
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    table = results_table(results, "report.html")
    assert "Coreference: CoNLL F1 is 77.4 on test." in table
    assert "Relation extraction: F1 is 70.8 on test." in table
    assert "F1 is 22.4 on 1,100 questions of dev." in table
    assert max(map(len, table.splitlines())) <= 78


def test_the_table_of_all_names_what_each_task_is_judged_by(results):
    assert summary_table(rows_of(results)).rows == [
        ("Question answering: F1 on dev", "22.4", "–"),
        ("Coreference: CoNLL F1 on test", "77.4", "77.0 ± 0.4"),
        ("Sentence classification: Accuracy on dev", "87.9", "–"),
        ("Relation extraction: F1 on test", "70.8", "–"),
    ]


def test_a_task_alone_is_shown_without_the_others(results):
    for kind in ("qa", "coref", "glue"):
        results[kind] = []
    text = Page(render_finetuned(results)).text
    assert "Question answering" not in text
    assert "Coreference" not in text
    assert "exact match" not in results_table(results, "report.html").lower()


def test_results_without_seeds_and_with_one_seed_have_no_spread():
    row = task_results.coref()
    assert seeds_table([row]).rows == [
        ("CoNLL F1", "77.0 ± 0.4"),
        ("Recall after pruning", "96.0 ± 0.1"),
    ]
    row["seeds"] = {"n": 1, "conll_f1": {"mean": 77.36, "sd": None}}
    assert seeds_table([row]).rows == [("CoNLL F1", "77.4")]
    del row["seeds"]
    assert seeds_table([row]) is None


def test_figures_of_each_task_are_compared_by(results):
    figures = headline(results)
    assert figures["coref_conll_f1_pre-trained"] == 77.36
    assert figures["qa_f1_pre-trained"] == 22.4
    assert "coref_num_documents_pre-trained" not in figures


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_of_results_stay_texts(results, payload):
    relations, glue = results["relations"][0], results["glue"][0]
    relations["labels"] = {payload: relations["labels"]["no_relation"]}
    relations["confusions"][0] |= {"gold": payload, "predicted": payload}
    relations["made_for"]["negative"] = relations["start"] = payload
    glue["split"] = payload
    results["coref"][0]["analysis"]["by_mention_type"][0]["name"] = payload
    assert_harmless(Page(render_finetuned(results)))

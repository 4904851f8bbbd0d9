"""The section of question answering: what results hold is shown, and what they lack is not."""

import pytest
from hostile import PAYLOADS, Page, assert_harmless
from run_example import results_of

from spanbert.report.page import render
from spanbert.report.qa_section import qa_content

HEADINGS = [
    "By length of the answer",
    "By question word",
    "With and without an answer",
    "Calibration",
    "Worst errors",
]


def seeds_of(f1):
    figures = {"exact_match": f1 / 2 - 0.3, "f1": f1 - 0.2}
    return {"n": 5} | {name: {"mean": mean, "sd": 0.61} for name, mean in figures.items()}


def qa_of(**changes):
    """Results of two starts with seeds; a change to None leaves the key out."""
    found = [row | {"seeds": seeds_of(row["f1"])} | changes for row in results_of()["qa"]]
    return [{k: v for k, v in row.items() if v is not None} for row in found]


def text_of(qa):
    return Page(render(results_of() | {"qa": qa})).text


def test_an_analysis_has_its_charts_and_tables():
    text = text_of(qa_of())
    assert all(heading in text for heading in HEADINGS)
    for shown in ("14.6 / 29.1", "3–4", "which", "has no answer", "Who painted the mill?", "21.3%"):
        assert shown in text


def test_older_results_have_the_section_without_what_they_lack():
    text = text_of(qa_of(analysis=None, seeds=None))
    assert "Question answering, in percent of the questions" in text
    assert not any(heading in text for heading in [*HEADINGS, "standard deviation", "Seeds"])


def test_one_start_alone_may_have_an_analysis():
    first, second = qa_of()
    del second["analysis"]
    content = qa_content([first, second])
    assert content["qa_breakdowns"][0].table.heads[2:] == ("pre-trained",)
    assert [s.name for s in content["qa_breakdowns"][0].chart.series] == ["pre-trained"]
    assert [row[0] for row in content["qa_scores"].rows] == ["pre-trained", "random weights"]


def test_texts_are_shown_where_they_were_kept_alone():
    qa = qa_of()
    for row in qa:
        del row["analysis"]["worst"]
    text = text_of(qa)
    assert "Worst errors" not in text
    assert "Calibration" in text
    for row in qa:
        row["analysis"]["worst"] = []
    assert qa_content(qa)["qa_worst"][0][1].rows == []


def test_an_empty_answer_is_told_in_words():
    ((_, table), _) = qa_content(qa_of())["qa_worst"]
    assert table.rows[1] == ("When?", "40.0", "51.0%", "no answer", "no answer")


def test_seeds_are_a_mean_and_a_deviation():
    table = qa_content(qa_of())["qa_seeds"]
    assert table.rows == [
        ("pre-trained", "5", "10.9 ± 0.6", "22.2 ± 0.6"),
        ("random weights", "5", "3.8 ± 0.6", "8.0 ± 0.6"),
    ]
    assert "8.0 ± 0.6" in text_of(qa_of())
    first, second = qa_of()
    del second["seeds"]
    assert [row[0] for row in qa_content([first, second])["qa_seeds"].rows] == ["pre-trained"]


def test_one_seed_has_no_deviation():
    first, _ = qa_of()
    for name in ("exact_match", "f1"):
        first["seeds"][name]["sd"] = None
    assert qa_content([first])["qa_seeds"].rows == [("pre-trained", "5", "10.9", "22.2")]


def test_scores_on_dev_stand_below_those_on_test():
    first, second = qa_of(split="test")
    first["dev"] = {"exact_match": 20.0, "f1": 30.0, "num_questions": 900}
    assert [row[:3] for row in qa_content([first, second])["qa_scores"].rows] == [
        ("pre-trained", "11.2", "22.4"),
        ("pre-trained, on dev", "20.0", "30.0"),
        ("random weights", "4.1", "8.2"),
    ]


def test_questions_all_of_one_part_are_not_broken_down():
    qa = qa_of()
    for row in qa:
        row["analysis"]["by_answerability"] = row["analysis"]["by_answerability"][:1]
    headings = [b.heading for b in qa_content(qa)["qa_breakdowns"]]
    assert headings == ["By length of the answer", "By question word"]


def test_parts_that_one_start_lacks_have_a_dash_and_other_counts_are_both_told():
    first, second = qa_of()
    second["analysis"]["by_answer_length"] = [
        part | {"num_questions": 7} for part in second["analysis"]["by_answer_length"][1:]
    ]
    rows = qa_content([first, second])["qa_breakdowns"][0].table.rows
    assert rows[0][1:2] + rows[0][3:] == ("320", "–")
    assert rows[1][1] == "290 / 7"


def test_the_split_is_named_where_there_are_several():
    dev, test = qa_of(split="dev")[:1], qa_of(split="test")[:1]
    assert [row[0] for row in qa_content(dev)["qa_scores"].rows] == ["pre-trained"]
    rows = qa_content(dev + test)["qa_scores"].rows
    assert [row[0] for row in rows] == ["pre-trained, dev", "pre-trained, test"]


def test_confidence_and_success_are_means_over_questions():
    (first, _) = qa_of()
    first["analysis"]["calibration"] = {
        "bins": [
            {"confidence": 0.2, "exact": 0.5, "num_questions": 3},
            {"confidence": 0.8, "exact": 1.0, "num_questions": 1},
        ],
        "expected_error": 0.275,
    }
    table = qa_content([first])["qa_calibration"].table
    assert table.rows == [("pre-trained", "35.0%", "62.5%", "27.5%")]
    first["analysis"]["calibration"] = {"bins": [], "expected_error": 0.0}
    assert qa_content([first])["qa_calibration"].table.rows[0][1:3] == ("–", "–")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_of_parts_stay_text(payload):
    def page_of(addition):
        qa = qa_of()
        for row in qa:
            for key in ("by_answer_length", "by_question_word", "by_answerability"):
                for part in row["analysis"][key]:
                    part["name"] += addition
        return Page(render(results_of() | {"qa": qa}))

    hostile = page_of(payload)
    assert hostile.skeleton == page_of("x").skeleton
    assert_harmless(hostile)

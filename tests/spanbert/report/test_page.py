"""The report page: whatever the results say, it is one harmless, complete and repeatable page."""

import copy
import itertools
import math
import re

import pytest
import task_results
from hostile import PAYLOADS, Page, assert_harmless
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from run_example import results_of

from spanbert.errors import DataError
from spanbert.report.page import render

OPEN_KEYS = {"dropped", "quarantined", "sources", "artifacts", "versions", "model"}


def with_text(value, text, *, keys_too=False):
    """A copy with `text` at every text position; only maps of free names get new keys."""
    if isinstance(value, dict):
        return {
            f"{text}{n}" if keys_too else key: item
            if key == "kind"  # which decides the element; it has a test of its own
            else with_text(item, text, keys_too=key in OPEN_KEYS)
            for n, (key, item) in enumerate(value.items())
        }
    if isinstance(value, list):
        return [with_text(item, text) for item in value]
    return text if isinstance(value, str) else value


def with_number(value, number):
    """A copy with `number` in place of every float."""
    if isinstance(value, dict):
        return {key: with_number(item, number) for key, item in value.items()}
    if isinstance(value, list):
        return [with_number(item, number) for item in value]
    return number if isinstance(value, float) else value


HARMLESS = Page(render(with_text(results_of(), "harmless")))


@pytest.fixture(scope="module")
def page():
    return Page(render(results_of()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(st.characters() | st.sampled_from("<>&\"'/=!-[]{}%#")))
def test_no_text_changes_the_structure_of_the_page(text):
    hostile = Page(render(with_text(results_of(), text)))
    assert hostile.skeleton == HARMLESS.skeleton
    assert_harmless(hostile)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_classic_payloads_stay_text(payload):
    text = render(with_text(results_of(), payload))
    hostile = Page(text)
    assert hostile.skeleton == HARMLESS.skeleton
    assert_harmless(hostile)
    assert "<script" not in text.lower()
    text.encode()  # no lone surrogate is left


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_unknown_kind_of_token_is_shown_plainly(payload):
    results = results_of()
    for token in results["masking"]["examples"][0]["tokens"]:
        token["kind"] = payload
    hostile = Page(render(results))
    assert_harmless(hostile)
    assert all(re.fullmatch(r"[a-z0-9 -]+", value) for value in hostile.values("class"))


def test_the_payload_can_be_read_on_the_page():
    payload = "<b>bold & brave</b>"
    assert Page(render(with_text(results_of(), payload))).text.count(payload) > 20


def test_the_page_forbids_all_that_is_not_on_it(page):
    (policy,) = [
        a["content"]
        for _, a in page.elements
        if a.get("http-equiv", "") == "Content-Security-Policy"
    ]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_the_page_names_no_address(page):
    assert not re.search(r"https?:|url\(|@import", render(results_of()))


def test_equal_results_give_equal_bytes():
    assert render(results_of()) == render(copy.deepcopy(results_of()))


def test_every_element_is_closed_in_order(page):
    assert page.open == []
    assert page.misnested == []


def test_headings_step_down_one_level_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_chart_has_a_label_and_every_table_a_caption(page):
    drawings = [a for tag, a in page.elements if tag == "svg"]
    charts = [a for a in drawings if "aria-hidden" not in a]  # the others repeat a legend's words
    assert all(a["role"] == "img" and a["aria-label"] for a in charts)
    assert len(charts) == 8
    tags = [tag for tag, _ in page.elements]
    assert tags.count("caption") == tags.count("table") > 5
    assert {"lang": "en"} in [a for tag, a in page.elements if tag == "html"]
    assert tags.count("title") > 1  # of the page, and of points that tell their value


@pytest.mark.parametrize(
    "shown",
    [
        "quickstart-1a2b3c4d",
        "Pre-training helped: masked-token loss is 5.91 nats per token, 0.72 below",
        "5.91",
        "6.12",
        "6.63",
        "22.4",
        "8.2",
        "1,500,000",
        "2,400,001",
        "9,000,000",
        "15.1%",
        "80.3%",
        "97.1%",
        "1.67 words",
        "CC-BY-SA-3.0, CC0-1.0",
        "Records: 3,000 read, all are accounted for",
        "Dropped: too short",
        "Quarantined: bad encoding",
        "Masked token (MLM), step 10: 8.85",
        "latest-evaluated",
        "2.13.0",
        "abc123",
        "a" * 64,
        "2 CPU cores, x86_64",
        'name = "quickstart"',
    ],
)
def test_the_page_shows(shown, page):
    assert shown in page.text


def test_each_masked_token_shows_its_original_and_how_it_was_masked(page):
    kinds = [c for c in page.values("class") if c.startswith("token")]
    assert kinds[3:] == ["token", "token mask", "token random", "token kept"]  # after the legend
    assert all(original in page.text for original in ["cat", "dog", "mouse"])


def test_examples_may_be_left_out():
    results = results_of()
    del results["masking"]["examples"]
    assert "Masked examples" not in Page(render(results)).text


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 0.0, -1.0, 1e300, 5e-324])
def test_no_number_breaks_the_page(number):
    odd = Page(render(with_number(results_of(), number)))
    assert_harmless(odd)
    assert odd.misnested == []
    places = [v for name in ("d", "cx", "cy", "x", "y", "height") for v in odd.values(name)]
    assert not any(word in place for place in places for word in ("nan", "inf", "e+"))


def test_missing_values_are_counted_under_their_chart():
    results = results_of()
    results["pretraining"]["curve"][2]["mlm_loss"] = math.nan
    assert "Values that were not finite, shown as gaps: 1." in Page(render(results)).text


def test_a_run_that_recorded_nothing_still_has_a_page():
    results = results_of()
    results["pretraining"]["curve"] = []
    results |= {"qa": [], "registered": []}
    text = Page(render(results)).text
    assert text.count("No values were recorded.") == 2
    assert "Question answering" not in text
    assert "Pre-training beat token frequencies:" in text


def test_every_kind_of_task_has_a_section_with_both_starts_under_one_table():
    results = results_of()
    for row in results["qa"]:
        row["split"] = "dev"
    for kind in ("coref", "glue", "relations"):
        row = getattr(task_results, kind)()
        results[kind] = task_results.both_starts(row, 12.34)
    page = Page(render(results))
    assert_harmless(page)
    assert page.misnested == []
    titles = (
        *("Fine-tuned models, in percent", "Question answering, in percent"),
        *("Coreference on test", "Sentence classification, in", "Relation extraction, in"),
    )
    places = [page.text.index(title) for title in titles]
    assert places == sorted(places)
    assert "Coreference: CoNLL F1 on test, random weights" in page.text
    assert "77.4 from pre-trained weights beside 12.3 from random weights on test." in page.text


def test_question_answering_alone_needs_no_table_of_all(page):
    assert "Fine-tuned models" not in page.text


def test_the_page_links_to_that_of_the_corpus_only_where_it_lies_beside():
    def links(page):
        return [attributes for tag, attributes in page.elements if tag == "a"]

    assert links(Page(render(results_of()))) == []
    assert links(Page(render(results_of(), has_corpus_page=True))) == [{"href": "corpus.html"}]


def test_results_of_another_schema_are_refused():
    with pytest.raises(DataError, match="schema version 2"):
        render(results_of() | {"schema_version": 2})


def test_a_baseline_without_boundary_objective_shows_what_it_has():
    results = results_of()
    for figures in (results["held_out"], *results["pretraining"]["curve"]):
        figures["nsp_loss"] = figures.pop("sbo_loss")
    del results["masking"]["span_words"], results["masking"]["mean_span_words"]
    page = render(results)
    assert "Next-sentence loss" in page
    assert "Span boundary (SBO)" not in page
    assert "Length of masked spans" not in page
    assert "Length of masked spans" in render(results_of())

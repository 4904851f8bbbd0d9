"""The page about a corpus: whatever the artifact says, it is one harmless and complete page."""

import copy
import itertools
import re
from dataclasses import replace

import pytest
from corpus_example import counts_of, facts_of, fit_of, old_facts
from hostile import PAYLOADS, Page, assert_harmless
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanbert.report.corpus_page import render_corpus
from spanbert.report.corpus_tables import MAX_ROWS, licences_table, sources_table

NAMED_FROM_OUTSIDE = {
    "dropped",
    "dropped_characters",
    "removed_characters",
    "quarantined",
    "sources",
    "licences",
    "contamination",
    "config",
    "inputs",
    "samples",
}


def with_text(value, text, *, keys_too=False):
    """A copy with `text` at every text position, and in the keys of maps of free names."""
    if isinstance(value, dict):
        return {
            f"{text}{n}" if keys_too else key: with_text(
                item, text, keys_too=key in NAMED_FROM_OUTSIDE
            )
            for n, (key, item) in enumerate(value.items())
        }
    if isinstance(value, list):
        return [with_text(item, text) for item in value]
    return text if isinstance(value, str) else value


def hostile_page(text):
    changed = with_text(vars(facts_of()), text)
    return render_corpus(facts_of(**changed), with_text(fit_of(), text))


def number(cell):
    return int(cell.replace(",", ""))


HARMLESS = Page(hostile_page("harmless"))


@pytest.fixture(scope="module")
def page():
    return Page(render_corpus(facts_of(), fit_of()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(st.characters() | st.sampled_from("<>&\"'/=!-[]{}%#")))
def test_no_text_changes_the_structure_of_the_page(text):
    hostile = Page(hostile_page(text))
    assert hostile.skeleton == HARMLESS.skeleton
    assert_harmless(hostile)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_classic_payloads_stay_text(payload):
    text = hostile_page(payload)
    hostile = Page(text)
    assert hostile.skeleton == HARMLESS.skeleton
    assert_harmless(hostile)
    assert "<script" not in text.lower()
    text.encode()  # no lone surrogate is left


def test_the_payload_can_be_read_on_the_page():
    assert Page(hostile_page("<b>bold & brave</b>")).text.count("<b>bold & brave</b>") > 20


def test_the_page_forbids_all_that_is_not_on_it(page):
    (policy,) = [
        a["content"]
        for _, a in page.elements
        if a.get("http-equiv", "") == "Content-Security-Policy"
    ]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_equal_artifacts_give_equal_bytes():
    again = copy.deepcopy(facts_of())
    assert render_corpus(facts_of(), fit_of()) == render_corpus(again, fit_of())


def test_the_page_is_well_formed_and_its_headings_step_down_one_level(page):
    assert page.open == page.misnested == []
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_chart_has_a_label_and_every_table_a_caption(page):
    (chart,) = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert "128 to 255 characters: 3,702 documents." in chart["aria-label"]
    tags = [tag for tag, _ in page.elements]
    assert tags.count("caption") == tags.count("table") > 8


@pytest.mark.parametrize("name", ["records_in", "kept", "held_out", "characters_in", "characters"])
def test_every_total_of_the_manifest_is_shown(name, page):
    assert f"{counts_of()[name]:,}" in page.text


@pytest.mark.parametrize(
    "name",
    ["dropped", "quarantined", "removed_characters", "dropped_characters"],
)
def test_every_part_of_the_manifest_is_shown_with_its_sum(name, page):
    parts = counts_of()[name].values()
    assert all(f"{n:,}" in page.text for n in [*parts, sum(parts)])


@pytest.mark.parametrize(
    "shown",
    [
        "84,213 documents to train on, 1,702 held out, 388 million characters from 6 sources;"
        " 0.4% of records could not be read; every record and character is accounted for.",
        "Records: 96,381 read, all are accounted for",
        "Characters: 431,020,118 read, all are accounted for",
        "12 records go on with the document before",
        "Public domain (1,871), none stated (33)",
        "Apache-2.0 (20), MIT (12), CC0-1.0 (10) and 1 more",
        "Fewer than 200 characters were left after cleaning.",
        "another language than en, de.",
        "similarity of at least 0.8.",
        "The commonest text came 312 times.",
        "An n-gram is 13 words in a row, or all words of a shorter text; 41 documents that hold one"
        " were dropped.",
        "1,204,331",
        "data/books/moby.txt",
        "The quick brown fox",
        "1.19 pieces per word. Extend this vocabulary: 611 more pieces make the text 3.1% shorter.",
        "corpus.held_out_fraction",
        "c0ffee" + "0" * 58,
        "abc123",
    ],
)
def test_the_page_shows(shown, page):
    assert shown in " ".join(page.text.split())


def test_counts_that_do_not_add_up_are_told_at_the_top():
    counts = counts_of() | {"kept": 84_210, "characters": 388_412_340}
    text = Page(render_corpus(facts_of(counts=counts))).text
    assert "do not add up: 3 records and 5 characters are not accounted for." in text


def test_texts_are_shown_only_where_the_artifact_holds_samples():
    assert "Samples" not in render_corpus(facts_of(samples={}), fit_of())


@pytest.mark.parametrize("heading", ["Licences", "Lengths", "Evaluation sets", "Cleaning"])
def test_a_part_that_an_older_version_did_not_count_is_left_out(heading):
    def headings(facts):
        return re.findall("<h2>(.*?)</h2>", render_corpus(facts))

    old = old_facts()
    sources = {"a": {"documents": 85_915, "characters": 388_412_345, "licences": ["CC0-1.0"]}}
    old = replace(old, counts=old.counts | {"sources": sources})
    assert heading in headings(facts_of())
    assert heading not in headings(old)
    assert "every record is accounted for." in render_corpus(old)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"contaminated": "keep"}, "documents that hold one were only counted, and kept."),
        ({"near_duplicate_similarity": 0}, "Similar documents were not looked for."),
    ],
)
def test_what_the_settings_leave_out_is_told(changes, told):
    changed = facts_of(config=facts_of().config | changes)
    assert told in " ".join(Page(render_corpus(changed)).text.split())


def test_without_evaluation_sets_the_page_says_so():
    counts = counts_of() | {"contamination": {}}
    assert "No evaluation set was looked for." in render_corpus(facts_of(counts=counts))


def test_settings_that_an_older_version_did_not_have_are_named_instead():
    page = render_corpus(replace(old_facts(), config={}))
    assert "Fewer than corpus.min_characters characters were left" in page


@settings(max_examples=40)
@given(number_of_sources=st.integers(0, 3 * MAX_ROWS), largest=st.integers(0, 10**12))
def test_however_many_sources_there_are_their_rows_add_up(number_of_sources, largest):
    characters = [largest // (n + 1) for n in range(number_of_sources)]
    sources = {
        f"source {n}": {"documents": 1 + n % 7, "characters": c, "licences": {f"L{n}": 1 + n % 7}}
        for n, c in enumerate(characters)
    }
    table = sources_table({"sources": sources, "characters": sum(characters)})
    assert len(table.rows) <= MAX_ROWS + 1
    assert sum(number(row[2]) for row in table.rows) == number(table.total[2])
    assert number(table.total[2]) == sum(s["characters"] for s in sources.values())
    licences = licences_table({"sources": sources})
    assert len(licences.rows) <= MAX_ROWS + 1
    assert sum(number(row[1]) for row in licences.rows) == number(licences.total[1])
    assert number(licences.total[1]) == sum(s["documents"] for s in sources.values())


def test_a_corpus_of_nothing_has_a_page():
    nothing = {name: 0 if isinstance(value, int) else {} for name, value in counts_of().items()}
    text = Page(render_corpus(facts_of(counts=nothing, samples={}, places=[]))).text
    assert "0 documents to train on, 0 held out, 0 characters from 0 sources" in text
    assert "every record could be read" in text

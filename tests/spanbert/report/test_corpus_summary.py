"""The few lines about a corpus: they fit a terminal and agree with the manifest."""

from dataclasses import replace

import pytest
from corpus_example import counts_of, facts_of, fit_of, old_facts
from hypothesis import given
from hypothesis import strategies as st

from spanbert.report.corpus_summary import corpus_sentence, corpus_summary
from spanbert.report.summary import COLUMNS, part_of, rounded


def test_the_lines_show_the_fates_of_all_records():
    lines = corpus_summary(facts_of(), fit_of(), "corpus.html").splitlines()
    fates = [line.split("  ")[-1] and line for line in lines if line.startswith("  ")]
    shown = [int(line.split()[-2].replace(",", "")) for line in fates]
    assert sum(shown) == counts_of()["records_in"]
    assert "Page: corpus.html" in lines
    assert len(lines) < 20


@given(reason=st.text(), advice=st.text(), why=st.text(), numbers=st.integers(0, 10**15))
def test_no_line_is_longer_than_the_terminal(reason, advice, why, numbers):
    counts = counts_of() | {"dropped": {reason: numbers}, "records_in": numbers}
    fit = fit_of() | {"advice": advice, "why": why}
    lines = corpus_summary(replace(facts_of(), counts=counts), fit, "corpus.html")
    assert max(len(line) for line in lines.splitlines()) <= COLUMNS
    assert all(c.isprintable() or c == "\n" for c in lines)


def test_a_corpus_of_an_older_version_is_told_too():
    assert "Characters kept: 388,412,345" in corpus_summary(old_facts(), None, "corpus.html")
    assert corpus_sentence(old_facts().counts).endswith("every record is accounted for.")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a"], "from 1 source;"),
        (["a", "b"], "from 2 sources;"),
        (["a", "b", "(others)"], "from more than 2 sources;"),
    ],
)
def test_sources_are_counted_as_far_as_they_are_named(names, told):
    assert told in corpus_sentence(counts_of() | {"sources": dict.fromkeys(names)})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (999_999, "999,999"),
        (1_000_000, "1.00 million"),
        (38_841_234, "38.8 million"),
        (388_412_345, "388 million"),
        (3_460_000_000, "3.46 billion"),
        (12 * 10**12, "12.0 trillion"),
    ],
)
def test_long_numbers_are_told_in_three_digits(value, words):
    assert rounded(value) == words


@pytest.mark.parametrize(
    ("part", "told"),
    [(0, "0.0%"), (1, "<0.1%"), (-1, ">-0.1%"), (5, "0.1%"), (9_999, "100.0%"), (-50, "-0.5%")],
)
def test_a_small_share_is_not_told_as_none(part, told):
    assert part_of(part, 10_000) == told
    assert part_of(part, 0) == "–"

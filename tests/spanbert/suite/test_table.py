"""The table of a suite: what it shows, that it fits, and that it is sound Markdown."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.report.summary import COLUMNS
from spanbert.suite.table import suite_markdown, suite_text


def figure(title, mean, sd, paper, base):
    difference = None if mean is None or paper is None else mean - paper
    return {
        "title": title,
        "mean": mean,
        "sd": sd,
        "paper": paper,
        "base": base,
        "difference": difference,
    }


def row(name, figures, split="dev", **changes):
    return {
        "title": name,
        "figures": figures,
        "split": split,
        "files": [],
        "licence": "free",
        "in_place_of": "",
        "why_not": "",
        "failed": {},
        **changes,
    }


@pytest.fixture
def results():
    squad = [
        figure("exact match", 80.04, 0.26, 88.8, None),
        figure("F1", 95.1, 1.0, 94.6, 92.4),
    ]
    file = {"split": "dev", "name": "qnli|dev.tsv", "sha256": "0123456789abcdef" * 4}
    return {
        "title": "Tiny",
        "start": {"path": "models/base", "sha256": "fedcba9876543210" * 4, "finetuned_for": ["qa"]},
        "seeds": [1, 2],
        "has_grids": False,
        "overrides": ["qa.epochs=1", "qa.batch_size=8"],
        "benchmarks": [
            row("SQuAD 1.1", squad, split="test"),
            row("QNLI", [figure("accuracy", 90.0, None, None, None)], files=[file]),
            row("TACRED", [figure("F1", None, None, 70.8, 68.2)], "", why_not="absent: train.json"),
            row("LitBank", [figure("F1", None, None, None, None)], "", failed={2: "it broke"}),
        ],
        "averages": [{**figure("", None, None, 82.8, None), "title": "All", "absent": ["TACRED"]}],
        "overlaps": [["QNLI", "SQuAD 1.1"]],
        "notes": ["A note."],
    }


TEXT = """\
Tiny: seeds 1, 2

benchmark               figure          ours ± sd split  paper differ.   base
SQuAD 1.1               exact match    80.0 ± 0.3  test   88.8    -8.8      -
                        F1             95.1 ± 1.0  test   94.6    +0.5   92.4
QNLI                    accuracy             90.0   dev      -       -      -
TACRED                  F1                      -     -   70.8       -   68.2
LitBank                 F1                      -     -      -       -      -
All                     average                 -     -   82.8       -      -

TACRED was not run: absent: train.json
LitBank, seed 2: it broke
All has no average without TACRED.

Ours: percent, fine-tuned from models/base (sha256 fedcba987654); mean and
  standard deviation over the seeds that ended; one setting of each recipe was
  trained, without its grid.
Figures on dev are of the files by which weights were chosen: unseen files
  give less.
Settings of recipes were changed: qa.epochs=1, qa.batch_size=8.
Paper: the large model, on test. Differences are of ours from that.
The start had been fine-tuned before (qa): what it has seen is unknown.
QNLI is made of texts of SQuAD 1.1: do not train one model on either and
  report the other. Here each was fine-tuned alone from the same start.
A note.
"""


def test_the_text_is_this(results):
    assert suite_text(results) == TEXT


def test_trap_qnli_and_squad_side_by_side_are_never_without_the_note(results):
    told = "QNLI is made of texts of SQuAD 1.1"
    assert told in suite_markdown(results)
    results["overlaps"] = []
    assert told not in suite_markdown(results) + suite_text(results)


def test_the_markdown_has_the_same_rows_the_reasons_and_the_files(results):
    text = suite_markdown(results)
    assert "| SQuAD 1.1 | exact match | 80.0 ± 0.3 | test | 88.8 | -8.8 | - |" in text
    assert "| TACRED | F1 | - | - | 70.8 | - | 68.2 |" in text
    assert "- TACRED was not run: absent: train.json" in text
    assert "| QNLI | dev | `qnli\\|dev.tsv` | `0123456789ab` | free |" in text
    for table in (part for part in text.split("\n\n") if part.startswith("|")):
        assert len({line.replace("\\|", "").count("|") for line in table.splitlines()}) == 1


def test_markdown_shows_texts_of_a_list_as_they_are_and_never_as_html(results):
    html = "a&lt;<img src=x>\nb"
    file = {"split": "dev", "name": "`<img>` <img>", "sha256": "ab" * 32}
    results["benchmarks"] = [
        row(html, [figure(html, 1.0, None, None, None)], files=[file], licence=html, why_not=html)
    ]
    results["averages"] = [{**figure("", None, None, 1.0, None), "title": html, "absent": [html]}]
    results |= {"title": html, "notes": [html], "overlaps": [[html, html]]}
    text = suite_markdown(results)
    assert "<" not in text
    assert text.count("a&amp;lt;&lt;img src=x>?b") == 13
    results["benchmarks"][0]["files"][0]["name"] = "a&b<c>"
    assert "| `a&b<c>` |" in suite_markdown(results)


@given(title=st.text(), value=st.floats(0, 100) | st.just(math.nan) | st.none(), why_not=st.text())
def test_no_line_is_longer_than_a_terminal_nor_steers_it(title, value, why_not):
    results = {
        "title": title,
        "start": {"path": why_not, "sha256": "", "finetuned_for": []},
        "seeds": [1],
        "has_grids": True,
        "overrides": [],
        "benchmarks": [row(title, [figure(title, value, value, value, value)], why_not=why_not)],
        "averages": [],
        "overlaps": [],
        "notes": [why_not],
    }
    text = suite_text(results)
    assert max(map(len, text.split("\n"))) <= COLUMNS
    assert all(character.isprintable() or character == "\n" for character in text)

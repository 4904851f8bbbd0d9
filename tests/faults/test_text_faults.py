"""Text with characters that break others' tools: it is read by a stated rule, and counted."""

import json
import time

import pytest

from spanbert.corpus.cleaning import cleaned
from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.documents import read_documents, write_documents
from spanbert.corpus.sentences import sentence_spans

FAULTS = {
    "NUL": ("the\x00re", "there", {"invisible": 1}),
    "control characters": ("\x1b[1mbold\x1b[0m\x07", "[1mbold[0m", {"invisible": 3}),
    "line and paragraph separators": ("a\u2028b\u2029c", "a\nb\nc", {}),
    "lone surrogates": ("x\ud800y\udfff", "xy", {"invisible": 2}),
    "zero width": ("ze\u200bro\u200d wi\ufeffdth\u2060", "zero width", {"invisible": 4}),
    "direction overrides": ("\u202egnol\u202c \u2067ago\u2069", "gnol ago", {"invisible": 4}),
    "combining marks": (
        "z" + "\u0316" * 10_000 + "!",
        "z" + "\u0316" * 30 + "!",
        {"marks": 9970},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_f38_each_fault_is_removed_by_the_rule_and_counted(fault):
    text, expected, removed = FAULTS[fault]
    done = cleaned(text)
    assert (done.text, done.removed) == (expected, removed)
    assert cleaned(done.text).text == done.text


def test_f38_faults_of_all_kinds_go_through_a_corpus_and_back(tmp_path):
    """Surrogates come from JSON's escapes: no UTF-8 file can hold them."""
    path = tmp_path / "faulty.jsonl"
    texts = [f"{name}: {text}" for name, (text, _, _) in FAULTS.items()]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    config = CorpusConfig(sources=(str(path),), min_characters=1, held_out_fraction=0.0)
    report = write_documents(tmp_path / "train", tmp_path / "held", config)
    assert report.quarantined == report.dropped == {}
    read = [document.text for document in read_documents(tmp_path / "train")]
    assert read == [f"{name}: {expected}" for name, (_, expected, _) in FAULTS.items()]


# what makes patterns that back up, or sorts of marks, take quadratic time
ADVERSARIAL = [
    *".!?…。\"')] \n\r\t\xa0\u200b\u0301\u0316\u0f73\u2500",
    "e\u0301",
    ". ",
    " \n",
    "A.",
]
ADVERSARIAL += ["\u0316\u0301", ".)", "a.b", "1.", "\u2500" * 30 + "a", "\u0316" * 30 + "a"]


@pytest.mark.parametrize("unit", ADVERSARIAL)
def test_s18_time_grows_no_faster_than_adversarial_text(unit):
    cleaned("\u0316" * 31)  # makes the table of marks
    started = time.perf_counter()
    text = "a" + unit * (200_000 // len(unit)) + "a"
    sentence_spans(text, "de")  # the language with the most rules
    cleaned(text)
    assert time.perf_counter() - started < 10  # quadratic time would take many minutes

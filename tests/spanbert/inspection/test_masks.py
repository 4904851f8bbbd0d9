"""`spanbert inspect masks`: what training sees, counted by hand, without escapes in a pipe."""

import json
import shlex
from itertools import pairwise

import pytest

from spanbert.cli import main


@pytest.fixture
def inspect(artifacts, capsys):
    def run(words=""):
        paths = f"--shards {artifacts.shards} --tokenizer {artifacts.tokenizer}"
        code = main(shlex.split(f"inspect masks {paths} {words}"))
        return code, capsys.readouterr()

    return run


def test_the_statistics_are_those_of_the_segments(inspect):
    code, shown = inspect("--segments 100000 --json --set masking.replacement=token")
    assert code == 0
    found = json.loads(shown.out)
    statistics, segments = found["statistics"], found["shown"]
    assert len(segments) == found["num_segments"] == statistics["num_segments"]
    pieces, masked = (sum(s[name] for s in segments) for name in ("num_pieces", "num_masked"))
    assert statistics["masked_fraction"] == pytest.approx(masked / pieces)
    words = [word for segment in segments for word in segment["words"]]
    marks = sum(w["seen"].count("[MASK]") for w in words if w["kind"] == "mask")
    assert statistics["replacement"]["mask"] == pytest.approx(marks / masked)
    runs = 0  # of masked words: a merged span each
    for segment in segments:
        is_masked = [w["kind"] in ("mask", "random", "kept") for w in segment["words"]]
        runs += sum(b and not a for a, b in pairwise(is_masked))
    assert statistics["mean_spans_per_block"] == pytest.approx(runs / len(segments))
    assert statistics["mean_merged_span_pieces"] == pytest.approx(masked / runs)


def test_masks_depend_on_epoch_and_seed_alone(inspect):
    first, again = inspect("--segments 5"), inspect("--segments 5")
    assert first == again
    assert first != inspect("--segments 5 --epoch 1")
    assert first != inspect("--segments 5 --set run.seed=2")


@pytest.mark.parametrize("scheme", ["geometric-spans", "whole-words", "subword-tokens"])
def test_every_scheme_is_shown_without_escapes_in_a_pipe(inspect, scheme, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, shown = inspect(f"--segments 2 --set masking.scheme={scheme}")
    assert code == 0
    assert "\x1b" not in shown.out
    assert "→MASK]" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("--set masking.scheme=named-entities", 2, "needs shards.annotator"),
        ("--set masking.scheme=noun-phrases --set shards.annotator=x", 3, "needs annotated shards"),
        ("--set masking.scheme=sentences", 2, "must be one of"),
        ("--segments=-1", 2, "number of segments"),
        ("--epoch=-1", 2, "epoch"),
        ("--shards nowhere", 3, "nowhere"),
        ("--tokenizer nowhere", 4, "nowhere"),
    ],
)
def test_a_mistake_is_told_in_one_line(inspect, words, code, told):
    found, shown = inspect(words)
    assert found == code
    assert told in shown.err
    assert shown.err.count("\n") == 1
    assert not shown.out

"""The evidence experiment: slices go on from one another, and its table is what the cells say."""

import json

import numpy as np
import pytest
import tiny
import torch

from experiments import evidence
from spanbert.config import to_toml

CPU = torch.device("cpu")


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    """The experiment at a size of seconds, with two seeds."""
    folder = tmp_path / "data"
    folder.mkdir()
    tiny.write_corpus(folder)
    questions = str(tiny.write_questions(folder))
    text = to_toml(tiny.config(folder, "objective.sbo_weight=0.0"))
    monkeypatch.setitem(evidence.SIZES, "seconds", text)
    monkeypatch.setattr(evidence, "SEEDS", (1, 2))

    def prepare(name):
        state = tmp_path / name
        evidence.prepare(state, "seconds", [str(folder / "corpus.jsonl")], [questions], questions)
        return state

    return prepare


@pytest.mark.slow
def test_slices_go_on_from_one_another_and_end_like_one_run(prepared):
    arms = list(evidence.ARMS)
    whole, sliced = prepared("whole"), prepared("sliced")
    assert evidence.run(whole, 600, arms, CPU)
    slices = 0
    while not evidence.run(sliced, 0.5, arms, CPU):
        slices += 1
    assert slices > 3
    assert evidence.table(whole) == evidence.table(sliced)
    assert evidence.run(sliced, 0, arms, CPU)  # nothing is left to do


def test_the_table_is_the_paired_difference_with_its_interval(prepared, monkeypatch):
    state = prepared("table")
    first, second = {1: 30.0, 2: 34.0}, {1: 28.0, 2: 29.0}
    for arm, scores in (("geometric spans", first), ("random subword", second)):
        folder = evidence.folder_of(state, arm)
        folder.mkdir(parents=True)
        (folder / "curve.jsonl").write_text('{"step": 1, "mlm_loss": 5.5}\n')
        for seed, f1 in scores.items():
            cell = {"f1": f1, "exact_match": f1 / 2, "num_questions": 24}
            evidence.cell_of(state, arm, seed).write_text(json.dumps(cell))
    text = evidence.table(state)
    gains = np.array([2.0, 5.0])
    half = 12.706 * gains.std(ddof=1) / np.sqrt(2)
    assert f"| 2 | +3.50 | {3.5 - half:+.2f} to {3.5 + half:+.2f} |" in text
    assert "| random subword | 2 | 14.25 ± 0.35 | 28.50 ± 0.71 | 5.500 |" in text

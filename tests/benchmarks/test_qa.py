"""The stock side of question answering: what it makes, and that other work is refused."""

import numpy as np
import pytest

from benchmarks import qa
from benchmarks.peers.run_qa import MAX_LENGTH, RunQA, postprocess
from benchmarks.workload import Plan


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return qa._Work(Plan("toy", tmp_path_factory.mktemp("qa")))


@pytest.fixture(scope="module")
def training(work, tmp_path_factory):
    return work.peer.training_features(tmp_path_factory.mktemp("features") / "training")


@pytest.fixture(scope="module")
def validation(work, tmp_path_factory):
    return work.peer.validation_features(tmp_path_factory.mktemp("features") / "validation")


def test_stock_windows_are_ours(work, training):
    assert len(training) > len(work.questions)  # some questions have several
    assert {len(ids) for ids in training["input_ids"]} == {MAX_LENGTH}
    qa._require_same_windows(work, training)


def test_other_windows_are_refused(work, training):
    def changed(rows):
        rows["start_positions"][3] += 1
        return rows

    other = training.map(changed, batched=True)
    with pytest.raises(AssertionError, match="not the same answers"):
        qa._require_same_windows(work, other)


def test_stock_offsets_are_those_of_the_context(work, validation):
    questions = {question.id: question for question in work.questions}
    for row in validation:
        context, pieces = questions[row["example_id"]].context, row["offset_mapping"]
        assert any(offsets is not None for offsets in pieces)
        for offsets in pieces:
            assert offsets is None or context[offsets[0] : offsets[1]].strip()


def test_stock_answers_are_ours_and_others_are_refused(work, validation):
    features = qa._Features(validation, qa.ours.best_seen(work.windows))
    flat = np.random.default_rng(1).normal(size=(work.num_tokens, 2)).astype(np.float32)
    padded = np.full((2, len(features), MAX_LENGTH), -1e4, dtype=np.float32)
    padded[:, np.arange(MAX_LENGTH) < work.windows.lengths[:, None]] = flat.T
    qa._require_same_answers(work, features, flat, (padded[0], padded[1]))
    with pytest.raises(AssertionError, match="not the same at"):
        qa._require_same_answers(work, features, flat[::-1], (padded[0], padded[1]))


def test_a_stock_answer_by_hand(work, tmp_path):
    columns = {"id": ["q"], "question": ["Who?"], "context": ["Ann a"]}
    columns["answers"] = [{"text": ["Ann"], "answer_start": [0]}]
    peer = RunQA(columns, work.folder)
    features = peer.validation_features(tmp_path / "features")
    offsets = features[0]["offset_mapping"]
    last = max(place for place, one in enumerate(offsets) if one is not None)
    scores = np.full((2, 1, MAX_LENGTH), -9.0)
    scores[:, 0, last] = 3.0
    scores[:, 0, 0] = 1.0
    found = postprocess(peer.examples, features, (scores[0], scores[1]), has_null=True)["q"]
    assert (found[0]["text"], found[0]["start_logit"]) == ("a", 3.0)
    assert found[1]["text"] == ""
    assert found[0]["probability"] / found[1]["probability"] == pytest.approx(np.exp(4))
    first = next(place for place, one in enumerate(offsets) if one is not None)
    assert peer.training_features(tmp_path / "training")[0]["start_positions"] == first


def test_typical_windows_have_the_mix_of_lengths():
    lengths = np.arange(1000) + 1
    assert lengths[qa._typical(lengths, 4)].tolist() == [126, 376, 626, 876]

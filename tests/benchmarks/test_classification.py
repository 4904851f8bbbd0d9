"""The stock side of sentence classification: the same work, and other work is refused."""

import numpy as np
import pytest

from benchmarks import classification
from benchmarks.workload import PIECES_A_WORD, TOY, TOY_VOCAB_SIZE, Plan, sentence_lengths


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return classification._Work(Plan("toy", tmp_path_factory.mktemp("classification")))


def test_a_step_on_mixed_lengths_is_the_same(work):
    lengths = {len(ids) for ids in work.sentences["input_ids"][: classification.BATCH]}
    assert len(lengths) > 5
    classification.require_same_step(TOY, work)


def test_other_work_is_refused(work, monkeypatch):
    def other(batch):
        inputs = padded(batch)
        inputs["labels"][0] = 1 - inputs["labels"][0]
        return inputs

    padded = classification.padded
    monkeypatch.setattr(classification, "padded", other)
    with pytest.raises(AssertionError, match="not the same work: loss"):
        classification.require_same_step(TOY, work)


def test_each_step_but_the_first_is_timed(work):
    ticks = iter(range(100))
    assert work.num_steps == 3
    own = classification.ours.Classifying(TOY, work.tokenizer)
    times, figures = own.train(work.sentences, classification.BATCH, lambda: next(ticks))
    assert times == [1, 1]
    assert figures["loss"] > 0


def test_made_up_sentences_are_as_long_as_those_of_sst2():
    lengths = np.array(sentence_lengths(2048))
    assert lengths.mean() / PIECES_A_WORD == pytest.approx(9.4, rel=0.05)
    assert (lengths.min(), lengths.max()) == (1, 65)
    assert np.median(lengths) / PIECES_A_WORD == pytest.approx(7, rel=0.05)


def test_a_file_gives_sentences_at_the_quantiles_of_its_lengths(tmp_path):
    path = tmp_path / "train.tsv"
    rows = [f"{'the old mill ' * (n % 40 + 1)}\t{n % 2}" for n in range(400)]
    path.write_text("\n".join(["sentence\tlabel", *rows]) + "\n")
    plan = Plan("toy", tmp_path / "work", sentences=path)
    read, tokenizer = classification._read(plan, 40)
    vocabulary = classification.ours.tokenizer_in(tokenizer)
    assert vocabulary.vocab_size <= TOY_VOCAB_SIZE
    sizes = sorted(len(ids) for ids in read["input_ids"])
    apart = np.diff(sizes)
    assert len(sizes) == 40
    assert apart.min() == apart.max() > 0
    assert set(read["labels"]) == {0, 1}
    assert {ids[0] for ids in read["input_ids"]} == {vocabulary.cls_id}


def test_a_stock_trainer_gives_the_seconds_of_its_steps(work, tmp_path):
    pytest.importorskip("accelerate")
    call = work.peer_seconds(Plan("toy", tmp_path), TOY, None, 3)
    times = call()
    assert len(times) == 2
    assert min(times) > 0

"""The data that all benchmarks share is what its names say."""

import numpy as np
import pytest

from benchmarks.workload import (
    BASE,
    CLS,
    NUM_FRAMING,
    SBO_POSITION_SIZE,
    SPECIALS,
    TOY,
    Plan,
    Rows,
    document_lengths,
    equal_lengths,
    fill,
    synthetic_blocks,
    useful_flop,
)


@pytest.mark.parametrize("tokens", [1024, 2048, 32_768])
@pytest.mark.parametrize("max_length", [128, 512])
def test_document_blocks_fill_two_thirds_of_their_padding(tokens, max_length):
    lengths = document_lengths(tokens, max_length)
    assert fill(lengths) == pytest.approx(0.656, abs=0.02)
    assert sum(lengths) == pytest.approx(tokens, rel=0.03)
    assert max(lengths) == max_length
    assert lengths == sorted(lengths, reverse=True)
    assert min(lengths) > NUM_FRAMING


def test_equal_blocks_have_no_padding():
    assert fill(equal_lengths(2048, 128)) == 1
    assert sum(equal_lengths(2048, 128)) == 2048


def test_blocks_are_words_of_ordinary_pieces():
    blocks = synthetic_blocks([512] * 40, vocab_size=300)
    ids = np.concatenate([block.ids for block in blocks])
    starts = np.concatenate([block.word_starts for block in blocks])
    assert {len(block.ids) for block in blocks} == {512 - NUM_FRAMING}
    assert ids.min() == len(SPECIALS) > CLS
    assert ids.max() < 300
    assert all(block.word_starts[0] for block in blocks)
    assert len(starts) / starts.sum() == pytest.approx(1.25, abs=0.02)


def test_useful_flop_of_base_is_what_the_paper_model_needs():
    """6 FLOP a parameter and token in the encoder's matrices, and the heads' rows."""
    lengths, masked = np.array([512] * 4), np.arange(300)
    none = np.zeros(0, dtype=int)
    rows = Rows(lengths, np.zeros(2048, dtype=int), none, none, none, none, none, none)
    encoder = 6 * 12 * 12 * 768**2 * 2048
    attention = 3 * 4 * 512 * 768 * 12 * 2048
    assert useful_flop(BASE, 28_996, rows) == encoder + attention
    with_heads = Rows(lengths, rows.token_ids, masked, masked, masked, masked, masked, masked)
    mlm = 6 * 300 * (768**2 + 768 * 28_996)
    sbo = mlm + 6 * 300 * (2 * 768 + SBO_POSITION_SIZE) * 768
    assert useful_flop(BASE, 28_996, with_heads) == encoder + attention + mlm + sbo


def test_a_plan_is_a_toy_through_and_through(tmp_path):
    plan = Plan("toy", tmp_path)
    assert plan.size(BASE) is TOY
    assert plan.new_folder() != plan.new_folder()
    assert Plan("full", tmp_path).repetitions >= 5

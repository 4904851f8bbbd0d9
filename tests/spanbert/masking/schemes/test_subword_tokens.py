"""Single pieces: exactly the budget, every piece being as likely."""

import numpy as np
import pytest
from masked_blocks import masked_block

from spanbert.masking.config import MaskingConfig


def test_every_piece_is_as_likely_and_words_do_not_matter():
    words = np.array([True] + [False] * 9 + [True] * 10)
    config = MaskingConfig(scheme="subword-tokens", mask_rate=0.2)
    masks = np.array([masked_block(words, config, i) for i in range(10_000)])
    assert (masks.sum(axis=1) == 4).all()
    assert masks.mean(axis=0) == pytest.approx(np.full(20, 0.2), abs=0.02)
    neighbours = masks[:, 3] & masks[:, 4]
    assert neighbours.mean() == pytest.approx(0.2 * 3 / 19, abs=0.01)  # pieces are independent

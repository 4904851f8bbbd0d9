"""A flat batch: every row points at the token that the segment says."""

import numpy as np
import pytest

from spanbert.masking.segment import Masker
from spanbert.objectives.batch import collate, target_counts
from spanbert.shards.reader import ShardReader
from spanbert.tokenizer.subword import load_tokenizer


@pytest.fixture(scope="module")
def segments(artifacts):
    shards = ShardReader(artifacts.shards)
    mask_id = load_tokenizer(artifacts.tokenizer).mask_id
    masker = Masker(shards, artifacts.config.masking, mask_id=mask_id, max_sbo_pieces=15, seed=1)
    return [masker.masked(shards.segment(i), 0) for i in range(12)]


def test_rows_point_where_a_loop_puts_them(segments):
    batch = collate(segments, cls_id=2, sep_id=3)
    ids, mlm, sbo = [], [], []
    for s in segments:
        start = len(ids)
        ids += [2, *s.corrupted.tolist(), 3]
        # position 0 of a segment stands after its [CLS]
        mlm += [(start + 1 + p, s.ids[p]) for p in s.masked.tolist()]
        b = s.boundary
        for position, left, right, offset in zip(
            b.position, b.left, b.right, b.offset, strict=True
        ):
            sbo.append((start + 1 + left, start + 1 + right, offset, s.ids[position]))
    assert batch.token_ids.tolist() == ids
    assert list(zip(batch.mlm_rows.tolist(), batch.mlm_targets.tolist(), strict=True)) == mlm
    columns = (batch.sbo_left, batch.sbo_right, batch.sbo_offset, batch.sbo_targets)
    assert list(zip(*(c.tolist() for c in columns), strict=True)) == sbo
    assert target_counts(batch).tolist() == [len(mlm), len(sbo)]


def test_boundaries_are_one_before_and_one_after_the_span(segments):
    """For a segment's span [s, e) the pair is (s, e + 1) in model positions, [CLS] being 0."""
    for s in segments:
        batch = collate([s], cls_id=2, sep_id=3)
        pairs = set(zip(batch.sbo_left.tolist(), batch.sbo_right.tolist(), strict=True))
        inner = [(a, b) for a, b in s.spans.tolist() if a > 0 and b < len(s.ids)]
        assert pairs == {(start, end + 1) for start, end in inner}
        assert not np.isin(batch.sbo_left, batch.mlm_rows).any()

"""A flat batch: every row points at the token that the segment says."""

from dataclasses import replace

import numpy as np
import pytest
from segments import segments_of

from spanbert.masking.config import MaskingConfig
from spanbert.masking.segment import Masker
from spanbert.objectives.batch import collate, target_counts
from spanbert.objectives.config import ObjectiveConfig
from spanbert.shards.reader import ShardReader
from spanbert.tokenizer.subword import load_tokenizer


@pytest.fixture(scope="module", params=[False, True], ids=["no nsp", "nsp"])
def masked(request, pair_shards, artifacts):
    """A masked batch: some single segments, some pairs."""
    shards, tokenizer = ShardReader(pair_shards), load_tokenizer(artifacts.tokenizer)
    masker = Masker(shards, tokenizer, MaskingConfig(), ObjectiveConfig(nsp=request.param), seed=1)
    single = [replace(shards.segment(i), split=0) for i in range(6)]
    return masker.mask(segments_of(single + [shards.segment(i) for i in range(6, 12)]), 0)


def test_rows_point_where_a_loop_puts_them(masked):
    batch = collate(masked)
    ids, types, mlm, sbo, nsp = [], [], [], [], []
    for s in masked:
        start, first_separator = len(ids), s.blocks[0][1]
        ids += s.corrupted.tolist()
        types += [int(i > first_separator) for i in range(len(s.ids))]
        mlm += [(start + p, s.ids[p]) for p in s.masked.tolist()]
        b = s.boundary
        for position, left, right, offset in zip(
            b.position, b.left, b.right, b.offset, strict=True
        ):
            sbo.append((start + left, start + right, offset, s.ids[position]))
        if s.is_random_next is not None:
            nsp.append((start, int(s.is_random_next)))
    assert batch.token_ids.tolist() == ids
    assert batch.token_type_ids.tolist() == types
    assert list(zip(batch.mlm_rows.tolist(), batch.mlm_targets.tolist(), strict=True)) == mlm
    columns = (batch.sbo_left, batch.sbo_right, batch.sbo_offset, batch.sbo_targets)
    assert list(zip(*(c.tolist() for c in columns), strict=True)) == sbo
    assert list(zip(batch.nsp_rows.tolist(), batch.nsp_targets.tolist(), strict=True)) == nsp
    assert target_counts(batch).tolist() == [len(mlm), len(sbo), len(nsp)]


def test_trap_07_boundaries_are_one_before_and_one_after_the_span(artifacts):
    """For a block's span s..e, both in it, the pair is (s, e + 2) in model positions."""
    shards, tokenizer = ShardReader(artifacts.shards), load_tokenizer(artifacts.tokenizer)
    masker = Masker(shards, tokenizer, MaskingConfig(), ObjectiveConfig(), seed=1)
    for number in range(6):
        masked = masker.batch(np.array([number]), 0)
        s, batch = masked[0], collate(masked)
        pairs = set(zip(batch.sbo_left.tolist(), batch.sbo_right.tolist(), strict=True))
        in_block = [(a - 1, b - 2) for a, b in s.spans.tolist()]  # s and e, counted in the block
        size = len(s.ids) - 2
        inner = [(a, b) for a, b in in_block if a > 0 and b < size - 1]
        assert pairs == {(a, b + 2) for a, b in inner}
        assert not np.isin(batch.sbo_left, batch.mlm_rows).any()

"""A mask is a pure function of (seed, epoch, segment number)."""

from dataclasses import replace

import numpy as np
import pytest
from segments import segments_of

from spanbert.errors import DataError
from spanbert.masking.config import MaskingConfig
from spanbert.masking.corruption import Replacement
from spanbert.masking.schemes.table import SCHEMES
from spanbert.masking.segment import Masker
from spanbert.objectives.config import ObjectiveConfig
from spanbert.shards.reader import Segment, ShardReader
from spanbert.shards.writer import write_shards
from spanbert.tokenizer.subword import load_tokenizer


@pytest.fixture(scope="module")
def shards(artifacts):
    return ShardReader(artifacts.shards)


@pytest.fixture(scope="module")
def tokenizer(artifacts):
    return load_tokenizer(artifacts.tokenizer)


@pytest.fixture(scope="module")
def masker(shards, tokenizer):
    def make(seed=3, masking=MaskingConfig(), objective=ObjectiveConfig()):  # noqa: B008  # frozen
        return Masker(shards, tokenizer, masking, objective, seed=seed)

    return make


@pytest.fixture
def pair(shards):
    """Two segments as the parts of one."""
    first, second = shards.segment(0), shards.segment(1)
    return Segment(
        7,
        np.concatenate([first.ids, second.ids]),
        np.concatenate([first.word_starts, second.word_starts]),
        split=len(first.ids),
        is_random_next=True,
    )


def alone(masker, segment):
    """A segment made by hand, masked."""
    return masker.mask(segments_of([segment]), epoch=0)[0]


def same(a, b):
    return np.array_equal(a.spans, b.spans) and np.array_equal(a.corrupted, b.corrupted)


def test_trap_22_order_of_asking_does_not_matter(masker):
    first, second = masker(), masker()
    forward = [first.masked(i, 1) for i in range(20)]
    backward = list(second.batch(np.arange(20)[::-1], 1))
    assert all(same(a, b) for a, b in zip(forward, reversed(backward), strict=True))


def test_seed_epoch_and_segment_all_change_the_mask(shards, masker):
    base = masker().masked(0, 0)
    assert not same(base, masker().masked(0, 1))
    assert not same(base, masker(4).masked(0, 0))
    moved = replace(shards.segment(0), number=1)
    assert not same(base, alone(masker(), moved))


@pytest.mark.parametrize("replacement", ["span", "token"])
def test_what_is_seen_follows_from_masked_positions_and_replacements(
    shards, tokenizer, masker, replacement
):
    mask, kinds = masker(masking=MaskingConfig(replacement=replacement)), set()
    for number in range(len(shards)):
        segment = shards.segment(number)
        result = mask.masked(number, 0)
        framed = [tokenizer.cls_id, *segment.ids.tolist(), tokenizer.sep_id]
        assert result.ids.tolist() == framed
        visible = np.ones(len(framed), dtype=bool)
        visible[result.masked] = False
        assert visible[[0, -1]].all()  # special tokens are never masked
        assert np.array_equal(result.corrupted[visible], result.ids[visible])
        for position, kind in zip(result.masked, result.replacements, strict=True):
            kinds.add(Replacement(kind))
            if kind == Replacement.MASK:
                assert result.corrupted[position] == tokenizer.mask_id
            if kind == Replacement.KEPT:
                assert result.corrupted[position] == result.ids[position]
        mixed = [
            len(set(result.replacements[np.isin(result.masked, range(*span))]))
            for span in result.spans.tolist()
        ]
        assert replacement == "token" or set(mixed) == {1}
    assert kinds == set(Replacement)


@pytest.mark.parametrize("scheme", ["subword-tokens", "whole-words", "geometric-spans"])
def test_parts_of_a_pair_are_masked_each_by_its_own_budget(pair, tokenizer, masker, scheme):
    result = alone(masker(masking=MaskingConfig(scheme=scheme)), pair)
    a, b = pair.split, len(pair.ids) - pair.split
    assert result.blocks == [(1, a + 1), (a + 2, a + b + 2)]
    specials = [0, a + 1, a + b + 2]
    names = [tokenizer.cls_id, tokenizer.sep_id, tokenizer.sep_id]
    assert result.ids[specials].tolist() == names
    assert np.delete(result.ids, specials).tolist() == pair.ids.tolist()
    assert result.token_type_ids.tolist() == [0] * (a + 2) + [1] * (b + 1)
    for (first, end), size in zip(result.blocks, (a, b), strict=True):
        inside = (result.masked >= first) & (result.masked < end)
        assert inside.sum() == int(np.ceil(0.15 * size))
    assert not np.isin(specials, result.masked).any()
    assert not np.isin(specials, result.boundary.left).any()
    assert result.is_random_next is None  # the objective does not ask


@pytest.mark.parametrize("scheme", ["named-entities", "noun-phrases"])
def test_annotated_spans_are_masked_where_they_stand(pair_shards, tokenizer, scheme):
    shards = ShardReader(pair_shards)
    config = MaskingConfig(scheme=scheme, annotated_fraction=1.0)
    masker = Masker(shards, tokenizer, config, ObjectiveConfig(nsp=True), seed=3)
    num_filled = 0
    for segment in map(shards.segment, range(len(shards))):
        result = masker.masked(segment.number, 0)
        assert result.is_random_next == segment.is_random_next
        spans = getattr(segment, config.annotation)
        shifts = np.where(spans[:, 1] <= segment.split, 1, 2)  # behind one special token, or two
        marked = {
            i + n for (a, b), n in zip(spans.tolist(), shifts, strict=True) for i in range(a, b)
        }
        for first, end in result.blocks:
            masked = {i for i in result.masked.tolist() if first <= i < end}
            available = {i for i in marked if first <= i < end}
            if len(available) >= len(masked):  # phrases can meet the budget, so there is no word
                num_filled += 1
                assert masked <= available
            else:
                assert available <= masked
    assert num_filled > 20


def test_a_part_that_begins_inside_a_word_is_masked_like_any_other(pair, masker):
    tail = replace(pair, word_starts=np.zeros(len(pair.ids), dtype=bool))
    for scheme in ("whole-words", "geometric-spans"):
        result = alone(masker(masking=MaskingConfig(scheme=scheme)), tail)
        assert {1, pair.split + 2} <= set(result.masked.tolist())  # one word each


def test_without_the_boundary_objective_there_is_no_row(masker):
    off = masker(objective=ObjectiveConfig(sbo_weight=0.0)).masked(0, 0)
    assert len(off.boundary.position) == 0
    assert same(off, masker().masked(0, 0))  # and the mask is the same


@pytest.mark.parametrize(
    ("masking", "objective", "told"),
    [
        (MaskingConfig(scheme="named-entities"), ObjectiveConfig(), "needs annotated shards"),
        (MaskingConfig(), ObjectiveConfig(nsp=True), "needs shards of segment pairs"),
    ],
)
def test_shards_that_lack_what_is_asked_for_are_refused(masker, masking, objective, told):
    with pytest.raises(DataError, match=told):
        masker(masking=masking, objective=objective)


def test_random_pieces_follow_the_corpus_and_are_never_special(shards, tokenizer, masker):
    masking = MaskingConfig(replacement="token", mask_rate=0.9)
    drawn = []
    for epoch in range(60_000 * 10 // shards.num_tokens):
        found = masker(masking=masking).batch(np.arange(len(shards)), epoch)
        drawn.append(found.corrupted[found.mlm_rows[found.replacements == Replacement.RANDOM]])
    drawn = np.concatenate(drawn)
    special = {tokenizer.pad_id, tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id}
    assert not special & set(drawn.tolist())
    counts = np.bincount(drawn, minlength=shards.vocab_size) / len(drawn)
    law = shards.unigram_counts() / shards.num_tokens
    assert counts == pytest.approx(law, abs=0.006)


def test_every_scheme_masks_real_pairs(pair_shards, tokenizer):
    shards = ShardReader(pair_shards)
    for scheme in SCHEMES:
        masker = Masker(shards, tokenizer, MaskingConfig(scheme=scheme), ObjectiveConfig(), seed=3)
        for segment in map(shards.segment, range(10)):
            sizes = (segment.split, len(segment.ids) - segment.split)
            budget = sum(int(np.ceil(0.15 * size)) for size in sizes)
            assert len(masker.masked(segment.number, 0).masked) == budget


def test_a_pipeline_that_found_no_phrase_is_told(artifacts, tokenizer, tmp_path):
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "Oslo"}])
    nlp.to_disk(tmp_path / "rules")
    config = replace(artifacts.config.shards, annotator=str(tmp_path / "rules"))
    write_shards(artifacts.documents, artifacts.tokenizer, tmp_path / "shards", config)
    masking = MaskingConfig(scheme="noun-phrases")
    with pytest.raises(DataError, match="found no noun_phrases"):
        Masker(ShardReader(tmp_path / "shards"), tokenizer, masking, ObjectiveConfig(), seed=3)

"""A masked batch is what the oracle makes of its segments, one at a time: bit for bit."""

import masking_oracle as oracle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segments import segments_of

from spanbert.masking.config import MaskingConfig
from spanbert.masking.schemes.table import SCHEMES
from spanbert.masking.segment import Masker
from spanbert.objectives.config import ObjectiveConfig
from spanbert.shards.reader import Segment, ShardReader
from spanbert.tokenizer.subword import load_tokenizer


@pytest.fixture(scope="module")
def shards(pair_shards):
    return ShardReader(pair_shards)


@pytest.fixture(scope="module")
def tokenizer(artifacts):
    return load_tokenizer(artifacts.tokenizer)


@pytest.fixture(scope="module")
def corpus(shards):
    return [piece for n in range(len(shards)) for piece in shards.segment(n).ids.tolist()]


@st.composite
def parts(draw, most=70):
    """(word starts, annotated spans) of a part; it may begin inside a word, and be one word."""
    size = draw(st.one_of(st.sampled_from([1, 2, 3]), st.integers(4, most)))
    dense = draw(st.sampled_from([0.0, 0.3, 0.8, 1.0]))
    seed = draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    edges = np.sort(rng.choice(size + 1, size=2 * (min(size + 1, 9) // 2), replace=False))
    kept = draw(st.integers(0, len(edges) // 2))
    return rng.random(size) < dense, edges.reshape(-1, 2)[:kept]


@st.composite
def segments(draw):
    """A segment of one part or two, whose spans stand for both annotations."""
    made = draw(st.lists(parts(), min_size=1, max_size=2))
    words = np.concatenate([words for words, _ in made])
    cut = len(made[0][0])
    spans = np.concatenate([spans + n * cut for n, (_, spans) in enumerate(made)])
    ids = np.random.default_rng(draw(st.integers(0, 2**32))).integers(5, 300, len(words))
    return Segment(
        draw(st.integers(0, 2**40)),
        ids,
        words,
        split=cut if len(made) == 2 else 0,
        is_random_next=draw(st.booleans()),
        entities=spans,
        noun_phrases=spans,
    )


maskings = st.builds(
    MaskingConfig,
    scheme=st.sampled_from(list(SCHEMES)),
    mask_rate=st.one_of(st.just(0.15), st.floats(0.01, 0.999)),
    geometric_p=st.floats(0.05, 0.9),
    max_span_words=st.integers(1, 12),
    annotated_fraction=st.sampled_from([0.0, 0.5, 1.0]),
    replacement=st.sampled_from(["span", "token"]),
)
objectives = st.builds(
    ObjectiveConfig,
    sbo_weight=st.sampled_from([0.0, 1.0]),
    sbo_boundary=st.sampled_from(["external", "internal"]),
    sbo_at_edges=st.booleans(),
    max_sbo_pieces=st.integers(1, 20),
    nsp=st.booleans(),
)


@given(
    st.lists(segments(), min_size=1, max_size=5),
    maskings,
    objectives,
    st.integers(0, 10**6),
    st.integers(0, 99),
)
@settings(max_examples=400)
def test_a_batch_is_the_oracles_segments_end_to_end(
    shards, tokenizer, corpus, chosen, masking, objective, seed, epoch
):
    specials = (tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id)
    expected = [
        oracle.masked_segment(s, masking, objective, specials, corpus, seed, epoch) for s in chosen
    ]
    masker = Masker(shards, tokenizer, masking, objective, seed=seed)
    found = masker.mask(segments_of(chosen, masking.annotation), epoch)
    assert found.lengths.tolist() == [len(e["ids"]) for e in expected]
    first = [0, *np.cumsum(found.lengths).tolist()]

    def flat(name, shifted=()):
        return [
            tuple(v + start if i in shifted else v for i, v in enumerate(np.atleast_1d(row)))
            for start, e in zip(first, expected, strict=False)
            for row in e[name]
        ]

    def rows(*columns):
        return list(zip(*(column.tolist() for column in columns), strict=True))

    ids = [i for e in expected for i in e["ids"]]
    assert rows(found.corrupted) == flat("corrupted")
    assert rows(found.token_type_ids) == flat("types")
    assert rows(found.mlm_rows) == flat("masked", {0})
    assert found.mlm_targets.tolist() == [ids[i] for i in found.mlm_rows]
    assert rows(found.replacements) == flat("kinds")
    columns = (found.sbo_rows, found.sbo_left, found.sbo_right, found.sbo_offset)
    assert rows(*columns) == flat("sbo", {0, 1, 2})
    assert found.sbo_targets.tolist() == [ids[i] for i in found.sbo_rows]
    asked = chosen if objective.nsp else []
    assert found.nsp_rows.tolist() == first[: len(asked)]
    assert found.nsp_targets.tolist() == [int(s.is_random_next) for s in asked]
    for segment, view, e in zip(chosen, found, expected, strict=True):
        assert view.ids.tolist() == e["ids"]
        assert view.corrupted.tolist() == e["corrupted"]
        assert view.token_type_ids.tolist() == e["types"]
        assert view.blocks == e["blocks"]
        assert view.spans.tolist() == e["spans"]
        assert view.masked.tolist() == e["masked"]
        assert view.replacements.tolist() == e["kinds"]
        b = view.boundary
        assert rows(b.position, b.left, b.right, b.offset) == e["sbo"]
        assert view.is_random_next == (segment.is_random_next if objective.nsp else None)
        inside = np.concatenate([view.word_starts[a:b] for a, b in view.blocks])
        assert np.array_equal(inside, segment.word_starts)
        assert view.word_starts.sum() == len(e["blocks"]) + 1 + segment.word_starts.sum()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("replacement", ["span", "token"])
def test_full_segments_equal_the_oracle(shards, tokenizer, corpus, scheme, replacement):
    rng = np.random.default_rng(4)
    masking = MaskingConfig(scheme=scheme, replacement=replacement)
    objective = ObjectiveConfig()
    spans = np.arange(3, 500, 9)[:, None] + [0, 3]
    chosen = [
        Segment(
            n,
            rng.integers(5, 300, 510),
            rng.random(510) < 0.8,
            split=[0, 200][n % 2],
            entities=spans,
            noun_phrases=spans,
        )
        for n in range(20)
    ]
    found = Masker(shards, tokenizer, masking, objective, seed=8).mask(
        segments_of(chosen, masking.annotation), 2
    )
    specials = (tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id)
    for segment, view in zip(chosen, found, strict=True):
        expected = oracle.masked_segment(segment, masking, objective, specials, corpus, 8, 2)
        assert view.corrupted.tolist() == expected["corrupted"]
        assert view.masked.tolist() == expected["masked"]
        assert len(view.boundary.left) == len(expected["sbo"])


def test_what_was_read_is_left_as_it_is(shards, tokenizer):
    masking = MaskingConfig(scheme="noun-phrases", annotated_fraction=1.0, mask_rate=0.9)
    read = shards.gather(np.arange(20), masking.annotation)
    before = [array.copy() for array in read]
    Masker(shards, tokenizer, masking, ObjectiveConfig(), seed=1).mask(read, 0)
    assert all(np.array_equal(a, b) for a, b in zip(read, before, strict=True))


def test_no_segments_are_an_empty_batch(shards, tokenizer):
    masker = Masker(shards, tokenizer, MaskingConfig(), ObjectiveConfig(), seed=1)
    found = masker.batch(np.zeros(0, dtype=np.int64), 0)
    assert len(found) == len(found.corrupted) == len(found.mlm_rows) == 0
    assert list(found) == []


def test_a_segment_reads_the_same_alone_and_in_a_batch(shards, tokenizer):
    masker = Masker(shards, tokenizer, MaskingConfig(), ObjectiveConfig(nsp=True), seed=1)
    numbers = np.array([7, 3, 12, 3])
    for number, view in zip(numbers.tolist(), masker.batch(numbers, 5), strict=True):
        alone = masker.masked(number, 5)
        assert np.array_equal(alone.corrupted, view.corrupted)
        assert np.array_equal(alone.masked, view.masked)
        assert alone.is_random_next == view.is_random_next == shards.segment(number).is_random_next
    with pytest.raises(IndexError):
        masker.batch(numbers, 5)[4]

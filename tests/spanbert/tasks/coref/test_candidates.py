"""Candidates and which are kept: against going over all spans, and all pairs of them."""

import random
from dataclasses import replace
from itertools import chain

import coref_model_oracle as oracle
import numpy as np
import pytest
from coref_documents import TINY, made_up
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tasks.coref.candidates import candidate_spans, kept_spans, num_kept
from spanbert.tasks.coref.segments import segmented

SPANS = st.sets(st.tuples(st.integers(0, 12), st.integers(1, 6)), max_size=40)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("width", [1, 3, 8, 30])
def test_candidates_are_all_runs_of_words_in_a_sentence_that_are_not_too_wide(
    seed, width, tokenizer
):
    (document,) = segmented([made_up(seed)], tokenizer, TINY)
    found = candidate_spans(document.word_bounds, document.sentences, width)
    assert list(map(tuple, found.tolist())) == oracle.candidates(document, width)


def test_trap_23_a_candidate_reaches_over_a_segments_end_but_not_over_a_sentences(tokenizer):
    joined = tuple(chain.from_iterable(made_up(5, 9).sentences))
    sentences = (joined[:4], joined[4:30], joined[30:])
    speakers = tuple(("",) * len(words) for words in sentences)
    long = replace(made_up(5, 9), sentences=sentences, speakers=speakers, clusters=())
    (document,) = segmented([long], tokenizer, TINY)
    cuts = set(document.segments[:-1, 1].tolist())
    spans = candidate_spans(document.word_bounds, document.sentences, 30)
    crossed = {c for s, e in document.pieces_of(spans).tolist() for c in cuts if s < c < e}
    ends = np.flatnonzero(np.diff(document.sentences)) + 1
    assert cuts > crossed == cuts - set(document.word_bounds[ends].tolist()) > set()


@given(SPANS, st.integers(0, 100), st.integers(1, 20), st.sampled_from([2, 1000]))
def test_what_is_kept_is_what_going_over_all_pairs_keeps(spans, seed, limit, num_scores):
    """Two scores for all, so that most are equal; or nearly as many as there are spans."""
    ordered = sorted((start, start + size) for start, size in spans)
    chance = random.Random(seed)
    scores = np.array([chance.randrange(num_scores) for _ in ordered], dtype=np.float32)
    array = np.array(ordered, dtype=np.int64).reshape(-1, 2)
    kept = kept_spans(array, scores, limit)
    assert [ordered[n] for n in kept] == oracle.pruned(ordered, scores, limit)


@pytest.mark.parametrize("seed", range(6))
def test_with_gold_boundaries_all_mentions_are_kept_where_the_ratio_allows(seed, tokenizer):
    (document,) = segmented([made_up(seed, 12)], tokenizer, TINY)
    spans = candidate_spans(document.word_bounds, document.sentences, 30)
    clusters = document.gold.clusters_of(spans)
    scores = (clusters > 0) + np.random.default_rng(seed).random(len(spans))
    limit = num_kept(document.num_tokens, 0.4, 3900)
    assert limit > len(document.gold.spans), "or the ratio would not allow it"
    kept = spans[kept_spans(spans, scores, limit)]
    assert (document.gold.clusters_of(kept) > 0).sum() == len(document.gold.spans) > 5
    assert (clusters[kept_spans(spans, scores, 3)] > 0).all()


@pytest.mark.parametrize(
    ("tokens", "ratio", "most", "expected"),
    [(1536, 0.4, 3900, 614), (9999, 0.4, 3900, 3900), (2, 0.4, 3900, 1), (10, 1.0, 3900, 10)],
)
def test_how_many_are_kept(tokens, ratio, most, expected):
    assert num_kept(tokens, ratio, most) == expected

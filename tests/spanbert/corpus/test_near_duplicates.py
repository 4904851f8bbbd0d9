"""Near-duplicates are what a slow search finds, whatever the copies and the order of the work."""

import random
from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanbert.corpus import near_duplicates as module
from spanbert.corpus.near_duplicates import MAX_COMPARED, MAX_MISSED, near_duplicates, rows_of_bands
from spanbert.corpus.signatures import NO_SHINGLES, NUM_PERMUTATIONS, shingles, signature
from spanbert.corpus.words import WordHashes

THRESHOLDS = [0.3, 0.7, 0.8, 0.9]
WORDS = [f"w{i}" for i in range(2000)]


def signatures_of(texts):
    words = WordHashes()
    return np.stack([signature(shingles(words.of(text))) for text in texts])


def found(signatures, threshold, dropped=()):
    is_dropped = np.zeros(len(signatures), dtype=bool)
    is_dropped[list(dropped)] = True
    return near_duplicates(signatures, threshold, is_dropped).tolist()


def bands(one, threshold):
    """What names the buckets of a signature."""
    rows = rows_of_bands(threshold, len(one))
    return [(i, one[i : i + rows].tobytes()) for i in range(0, len(one) - rows + 1, rows)]


def slowly_found(signatures, threshold, dropped=(), max_compared=MAX_COMPARED):
    originals, survivors_by_band = [-1] * len(signatures), defaultdict(list)
    for document, one in enumerate(signatures):
        if document in dropped or (one == NO_SHINGLES).all():
            continue
        survivors = [survivors_by_band[band] for band in bands(one, threshold)]
        met = sorted({other for those in survivors for other in those[:max_compared]})
        alike = [n for n in met if (signatures[n] == one).sum() >= threshold * len(one)]
        if alike:
            originals[document] = alike[0]
        else:
            for those in survivors:
                those.append(document)
    return originals


@st.composite
def related_signatures(draw):
    """Signatures that are copies of one another but for some entries, as edits make them."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows = [chance.integers(0, 2**32, 128, dtype=np.uint32)]
    for _ in range(draw(st.integers(0, 25))):
        row = rows[chance.integers(len(rows))].copy()
        changed = chance.random(128) < draw(st.sampled_from([0.0, 0.05, 0.2, 0.4, 1.0]))
        row[changed] = chance.integers(0, 2**32, changed.sum(), dtype=np.uint32)
        rows.append(row)
    if draw(st.booleans()):
        rows.append(np.full(128, NO_SHINGLES, dtype=np.uint32))
    chance.shuffle(rows)
    return np.stack(rows)


@settings(max_examples=50)
@given(related_signatures(), st.sampled_from(THRESHOLDS), st.sets(st.integers(0, 5)))
def test_what_is_found_is_what_a_slow_search_finds(signatures, threshold, dropped):
    dropped = {number for number in dropped if number < len(signatures)}
    expected = slowly_found(signatures, threshold, dropped)
    assert found(signatures, threshold, dropped) == expected


@settings(max_examples=50)
@given(related_signatures(), st.integers(1, 7))
def test_the_size_of_the_blocks_read_makes_no_difference(signatures, block_documents):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK_DOCUMENTS", block_documents)
        assert found(signatures, 0.8) == slowly_found(signatures, 0.8)


@settings(max_examples=50)
@given(related_signatures())
def test_every_document_named_as_an_original_is_an_earlier_survivor(signatures):
    originals = found(signatures, 0.8)
    for document, original in enumerate(originals):
        assert original < document
        assert original == -1 or originals[original] == -1


def test_a_memory_map_gives_the_same(tmp_path):
    texts = [f"{i % 5} some words that come again in {i % 3}" for i in range(20)]
    signatures = signatures_of(texts)
    (tmp_path / "signatures").write_bytes(signatures.tobytes())
    mapped = np.memmap(tmp_path / "signatures", np.uint32, "r", shape=signatures.shape)
    assert found(mapped, 0.8) == found(signatures, 0.8)


def test_no_document_and_documents_without_words_have_no_duplicates():
    assert found(np.zeros((0, NUM_PERMUTATIONS), np.uint32), 0.8) == []
    assert found(signatures_of(["?!", "...", "?!"]), 0.8) == [-1, -1, -1]


def test_a_document_that_is_dropped_already_hides_none():
    texts = ["one text of a few words"] * 3
    assert found(signatures_of(texts), 0.8, dropped=[0]) == [-1, -1, 1]


def test_a_duplicate_of_a_duplicate_survives_where_it_is_unlike_the_survivor():
    chance = np.random.default_rng(1)
    first, other = chance.integers(0, 2**32, (2, 128), dtype=np.uint32)
    second, third = first.copy(), first.copy()
    second[:20], third[:40] = other[:20], other[:40]
    assert found(np.stack([first, second, third]), 0.8) == [-1, 0, -1]
    assert found(np.stack([second, third]), 0.8) == [-1, 0]


PROSE = st.lists(st.sampled_from("abcdef"), max_size=9).map(" ".join)


@settings(max_examples=50)
@given(st.lists(PROSE, min_size=2, max_size=8), st.data())
def test_how_documents_are_cut_into_chunks_makes_no_difference(texts, data):
    cut = data.draw(st.integers(1, len(texts) - 1))
    chunks = np.concatenate([signatures_of(texts[:cut]), signatures_of(texts[cut:])])
    assert found(chunks, 0.8) == found(signatures_of(texts), 0.8)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 4), max_size=30))
def test_of_equal_documents_the_first_survives_in_any_order(numbers):
    signatures = np.random.default_rng(1).integers(0, 2**32, (5, 128), dtype=np.uint32)[numbers]
    firsts = [numbers.index(number) for number in numbers]
    expected = [-1 if first == place else first for place, first in enumerate(firsts)]
    assert found(signatures.reshape(-1, 128), 0.8) == expected


def test_f43_of_a_thousand_copies_the_first_survives():
    chance = random.Random(1)
    texts = [" ".join(chance.choices(WORDS, k=80)) for _ in range(5)]
    order = [0, 1, 2, 3, 4] + [chance.randrange(5) for _ in range(1000)]
    originals = found(signatures_of([texts[number] for number in order]), 0.8)
    assert originals == [-1] * 5 + order[5:]


def test_f43_of_a_thousand_edited_copies_the_same_survive_at_every_run():
    chance = random.Random(2)
    words = chance.choices(WORDS, k=200)
    texts = [" ".join(words)]
    for _ in range(1000):
        edited = words.copy()
        edited[chance.randrange(200)] = "other"
        texts.append(" ".join(edited))
    signatures = signatures_of(texts)
    originals = found(signatures, 0.8)
    assert originals == slowly_found(signatures, 0.8) == found(signatures, 0.8)
    assert originals.count(-1) == 1


@settings(max_examples=50)
@given(related_signatures(), st.integers(1, 3))
def test_documents_meet_the_first_survivors_of_a_bucket_alone(signatures, max_compared):
    signatures[:, :5] = 7  # a bucket that all are in
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MAX_COMPARED", max_compared)
        expected = slowly_found(signatures, 0.7, max_compared=max_compared)
        assert found(signatures, 0.7) == expected


def test_f43_in_a_bucket_full_of_boilerplate_only_the_first_are_met():
    signatures = np.random.default_rng(1).integers(0, 2**32, (3000, 128), dtype=np.uint32)
    signatures[:, :7] = 7
    signatures[-2:] = signatures[[5, 2000]]
    signatures[-2:, 7::7] += 1  # alike, yet they share no other bucket
    assert found(signatures, 0.8) == [-1] * 2998 + [5, -1]


@pytest.mark.parametrize("threshold", [0.1, 0.35, 0.5, 0.7, 0.8, 0.9, 0.99])
def test_bands_miss_few_pairs_at_the_threshold(threshold):
    rows = rows_of_bands(threshold, 128)
    assert (1 - threshold**rows) ** (128 // rows) <= MAX_MISSED


def jaccard(one, other):
    return len(one & other) / len(one | other)


@pytest.mark.parametrize("threshold", [0.7, 0.8, 0.9])
def test_pairs_well_above_the_threshold_are_found_and_well_below_are_not(threshold):
    """Against the exact similarity of all pairs; between lies what the estimate may get wrong."""
    chance = random.Random(threshold)
    texts = []
    for _ in range(40):
        words = chance.choices(WORDS, k=300)
        texts.append(" ".join(words))
        for place in chance.sample(range(300), chance.randrange(1, 25)):
            words[place] = chance.choice(WORDS)
        texts.append(" ".join(words))
    words = WordHashes()
    sets = [set(shingles(words.of(text)).tolist()) for text in texts]
    originals = found(signatures_of(texts), threshold)
    for one, other in combinations(range(len(texts)), 2):
        similarity = jaccard(sets[one], sets[other])
        if similarity > threshold + 0.12:
            assert originals[other] == one
        if similarity < threshold - 0.16:
            assert originals[other] != one

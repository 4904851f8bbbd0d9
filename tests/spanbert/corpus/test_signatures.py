"""Signatures depend on the set of shingles alone, and estimate how alike two sets are."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.corpus.signatures import NO_SHINGLES, shingles, signature
from spanbert.corpus.words import WordHashes

SHINGLES = st.lists(st.integers(0, 2**64 - 1), max_size=300).map(lambda n: np.array(n, np.uint64))
SIGNATURES = "132677c9b731a7973b33c5ad51cad40d95b3ef5b3531ab3e8151b71855f77dc3"
DIGEST = """
import hashlib, numpy as np
from spanbert.corpus.signatures import signature
sets = [np.arange(n, dtype=np.uint64) * np.uint64(2**40 + 1) for n in (1, 40, 500, 20_000)]
print(hashlib.sha256(np.stack([signature(s) for s in sets]).astype("<u4").tobytes()).hexdigest())
"""
PEAK = """
import resource
from spanbert.corpus.signatures import shingles, signature
from spanbert.corpus.words import WordHashes
signature(shingles(WordHashes().of("a few words to load all that is needed")))
text = {text}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
signature(shingles(WordHashes().of(text)))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def run(script, **variables):
    environment = {**os.environ, **variables, "PYTHONPATH": "src"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_document_is_cut_into_runs_of_five_words():
    hashes = WordHashes().of("a b c d e f g")
    assert len(shingles(hashes)) == 3
    assert shingles(hashes)[1] == shingles(hashes[1:6])[0]


def test_fewer_than_five_words_are_one_shingle_and_no_word_is_none():
    words = WordHashes()
    assert [len(shingles(words.of(text))) for text in ("a b", "a", "?!", "")] == [1, 1, 0, 0]
    assert (signature(shingles(words.of("?!"))) == NO_SHINGLES).all()


@given(SHINGLES, st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_difference(grams, chance):
    again = np.concatenate([grams, grams[: len(grams) // 2]])
    chance.shuffle(again)
    assert signature(again).tolist() == signature(grams).tolist()


@given(SHINGLES, SHINGLES)
def test_the_signature_of_parts_together_is_their_minimum(left, right):
    whole = signature(np.concatenate([left, right]))
    assert whole.tolist() == np.minimum(signature(left), signature(right)).tolist()


@pytest.mark.parametrize("threads", ["1", "3"])
def test_every_process_makes_the_same_signatures(threads):
    assert run(DIGEST, RAYON_NUM_THREADS=threads) == SIGNATURES


@pytest.mark.parametrize("similarity", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("size", [30, 400, 6000])
def test_equal_entries_estimate_the_jaccard_similarity(similarity, size):
    chance = np.random.default_rng(size)
    num_own = round((1 - similarity) * size / 2)
    exact, errors = (size - 2 * num_own) / size, []
    for _ in range(60):
        grams = chance.integers(0, 2**64, size, dtype=np.uint64)
        left, right = grams[num_own:], grams[: size - num_own]
        errors.append(np.mean(signature(left) == signature(right)) - exact)
    assert abs(np.mean(errors)) < 4 * 0.045 / np.sqrt(60)
    assert np.std(errors) < 0.06


@pytest.mark.parametrize("text", ["'word of prose ' * 2**16", "'東京' * 2**19", "'a' * 2**20"])
def test_a_part_of_a_mebi_of_characters_takes_little_memory(text):
    made = run(PEAK.format(text=text))
    assert int(made) < 150 * 2**20

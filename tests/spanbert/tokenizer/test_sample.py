"""Which documents a vocabulary is learnt from: chosen by their texts alone."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tokenizer.sample import choose_sample, sample_texts

TEXTS = [f"document {i} " + "word " * (i % 7) for i in range(300)]
texts = st.lists(st.text(min_size=1, max_size=20).filter(str.isprintable), unique=True, max_size=40)


def taken_by(sample, texts):
    return [text for text in texts if sample.takes(text)]


def oracle(texts, characters):
    """The first documents in order of their hashes; no two of few share a bucket, mostly."""

    def bucket(text):
        return hashlib.blake2b(text.encode(), digest_size=2, person=b"sample").digest()

    taken, size = [], 0
    for text in sorted(texts, key=bucket):
        if size >= characters > 0 and bucket(text) != bucket(taken[-1]):
            break
        taken.append(text)
        size += len(text)
    return taken


@given(texts, st.integers(0, 200))
def test_the_sample_is_the_first_documents_in_the_order_of_their_hashes(texts, characters):
    sample = choose_sample(texts, characters)
    taken = taken_by(sample, texts)
    assert sorted(taken) == sorted(oracle(texts, characters))
    assert (sample.documents, sample.characters) == (len(taken), sum(map(len, taken)))
    assert (sample.of_documents, sample.of_characters) == (len(texts), sum(map(len, texts)))


@given(texts.flatmap(st.permutations), st.integers(0, 200))
def test_the_order_of_the_documents_changes_nothing(texts, characters):
    assert choose_sample(texts, characters) == choose_sample(sorted(texts), characters)


@pytest.mark.parametrize("characters", [1, 500, 2_000, 5_000])
def test_more_documents_only_push_out_the_least_preferred(characters):
    few, many = (choose_sample(t, characters) for t in (TEXTS[:150], TEXTS))
    was, kept = taken_by(few, TEXTS[:150]), taken_by(many, TEXTS[:150])
    assert set(kept) <= set(was)
    assert many.num_buckets <= few.num_buckets


@pytest.mark.parametrize("characters", [1, 500, 2_000, 5_000])
def test_the_sample_has_the_size_asked_for_up_to_a_document(characters):
    sample = choose_sample(TEXTS, characters)
    assert characters <= sample.characters <= characters + 2 * max(map(len, TEXTS))


def test_zero_takes_all():
    assert taken_by(choose_sample(TEXTS, 0), TEXTS) == TEXTS


def test_documents_are_chosen_otherwise_than_those_held_out():
    """By the same hash, a sample would be of documents near the border alone."""
    sample = choose_sample(TEXTS, 2_000)
    fractions = [
        int.from_bytes(hashlib.sha256(t.encode()).digest()[:6], "big") / 2**48
        for t in taken_by(sample, TEXTS)
    ]
    assert min(fractions) < 0.2
    assert max(fractions) > 0.8


def test_a_sample_of_an_artifact_is_read_document_by_document(artifacts):
    sample, read_texts = sample_texts(artifacts.documents, 2_000)
    texts = list(read_texts())
    assert (len(texts), sum(map(len, texts))) == (sample.documents, sample.characters)
    assert sample.documents < sample.of_documents
    assert list(read_texts()) == texts

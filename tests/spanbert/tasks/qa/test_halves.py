"""The two halves of a dev file are fixed by the ids alone."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from spanbert.tasks.qa.halves import half_of

# sha256sum of these begins with ca, 3e, 2e, e3 and 4a
KNOWN = {"a": "dev", "b": "dev", "c": "dev", "": "test", "é": "dev"}


def test_ids_whose_digest_is_known_are_in_their_halves():
    assert {question_id: half_of(question_id) for question_id in KNOWN} == KNOWN


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_last_bit_of_the_first_byte_decides(question_id):
    digest = hashlib.sha256(question_id.encode()).hexdigest()
    assert half_of(question_id) == ("dev" if digest[1] in "02468ace" else "test")


def test_the_halves_are_of_like_size():
    in_dev = sum(half_of(f"question {number}") == "dev" for number in range(10_000))
    assert abs(in_dev - 5_000) < 200  # four standard deviations

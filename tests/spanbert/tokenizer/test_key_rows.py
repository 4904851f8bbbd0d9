"""A table of keys is a dictionary."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tokenizer.key_rows import UNKNOWN, KeyRows, first_places

numbers = st.integers(0, 3) | st.integers(0, 2**64 - 1)
keys = st.tuples(numbers, numbers, numbers)


def as_array(found):
    return np.array(found, dtype=np.uint64).reshape(-1, 3)


@given(st.lists(st.sets(keys, max_size=8), max_size=6), st.lists(keys))
def test_a_key_has_the_number_that_it_was_given(batches, others):
    table, expected = KeyRows(), {}
    for batch in batches:
        new = sorted(batch - expected.keys())
        rows = np.arange(len(expected), len(expected) + len(new))
        table.add(as_array(new), rows)
        expected |= dict(zip(new, rows.tolist(), strict=True))
        asked = [*expected, *others]
        assert table.find(as_array(asked)).tolist() == [expected.get(k, UNKNOWN) for k in asked]
        assert len(table) == len(expected)


def test_a_table_grows():
    table, rng = KeyRows(), np.random.default_rng(0)
    batches = [rng.integers(2**64, size=(5000, 3), dtype=np.uint64) for _ in range(5)]
    for number, batch in enumerate(batches):
        table.add(batch, np.arange(5000) + 5000 * number)
    assert table.find(np.concatenate(batches)).tolist() == list(range(25_000))


@given(st.lists(keys, max_size=12))
def test_of_equal_keys_the_first_counts(found):
    table = KeyRows()
    table.add(as_array(found), np.arange(len(found)))
    firsts = [found.index(key) for key in found]
    assert table.find(as_array(found)).tolist() == firsts
    assert first_places(as_array(found)).tolist() == firsts
    assert len(table) == len(set(found))

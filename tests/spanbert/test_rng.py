"""Streams are functions of their key, and differ between keys."""

import numpy as np

from spanbert.rng import stream, stream_key, torch_seed


def test_the_same_key_gives_the_same_numbers():
    assert np.array_equal(stream(1, "mask", 2, 3).random(8), stream(1, "mask", 2, 3).random(8))


def test_every_part_of_the_key_counts():
    keys = [(1, "a", 2), (2, "a", 2), (1, "b", 2), (1, "a", 3), (1, "a"), (1, "a", 2, 0)]
    assert len({stream_key(*key) for key in keys}) == len(keys)


def test_names_do_not_run_into_each_other():
    assert stream_key(1, 12, 3) != stream_key(1, 1, 23)


def test_seeds_fit_torch():
    assert all(0 <= torch_seed(0, "x", i) < 2**63 for i in range(1000))

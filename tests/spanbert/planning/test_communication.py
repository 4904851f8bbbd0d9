"""All-reduce and speed of several workers, on numbers worked out by hand."""

from dataclasses import replace

import pytest

from spanbert.planning.communication import (
    MeasuredWorker,
    all_gather_seconds,
    all_reduce_seconds,
    exposed_seconds,
    predicted_speed,
    ring_seconds,
    tree_seconds,
)
from spanbert.planning.hardware import Link, hardware_of

# 80 % of the bandwidth is left: 100 bytes/s
LINK = Link(125.0, 0.0)


def test_a_ring_by_hand():
    assert ring_seconds(400.0, 1, LINK) == 0
    assert ring_seconds(400.0, 2, LINK) == pytest.approx(4.0)  # 2 hops of 200 bytes
    assert ring_seconds(400.0, 4, LINK) == pytest.approx(6.0)  # 6 hops of 100 bytes
    assert ring_seconds(400.0, 4, Link(125.0, 0.5)) == pytest.approx(9.0)


def test_two_levels_by_hand():
    hardware = replace(hardware_of("h100"), workers_per_node=4, inside=LINK, between=LINK)
    # inside 6 s; then each worker's 100 bytes between two nodes: 2 hops of 50
    assert all_reduce_seconds(400.0, 8, hardware) == pytest.approx(6.0 + 1.0)
    assert all_reduce_seconds(400.0, 3, hardware) == pytest.approx(4 * 400 / 3 / 100)


def test_two_trees_by_hand():
    # up and down: 4 s of 400 bytes, and 2 or 3 hops of half a second
    assert tree_seconds(400.0, 1, Link(125.0, 0.5)) == 0
    assert tree_seconds(400.0, 4, Link(125.0, 0.5)) == pytest.approx(2 * (4 + 2 * 0.5))
    assert tree_seconds(400.0, 5, Link(125.0, 0.5)) == pytest.approx(2 * (4 + 3 * 0.5))


def test_many_nodes_take_trees_where_rings_have_too_many_hops():
    slow = Link(125.0, 0.5)
    hardware = replace(hardware_of("h100"), workers_per_node=1, inside=LINK, between=slow)
    for workers in (2, 64):
        ways = (ring_seconds(400.0, workers, slow), tree_seconds(400.0, workers, slow))
        assert all_reduce_seconds(400.0, workers, hardware) == min(ways)
    assert tree_seconds(400.0, 64, slow) < ring_seconds(400.0, 64, slow)
    assert tree_seconds(400.0, 2, slow) > ring_seconds(400.0, 2, slow)


def test_each_bucket_waits_for_its_own_hops():
    slow = Link(125.0, 0.5)
    hardware = replace(hardware_of("h100"), workers_per_node=8, inside=slow, between=LINK)
    # 4 workers: 6 hops; the bytes take as long in one bucket as in four
    assert all_reduce_seconds(400.0, 4, hardware) == pytest.approx(6 + 6 * 0.5)
    assert all_reduce_seconds(400.0, 4, hardware, 110.0) == pytest.approx(6 + 4 * 6 * 0.5)


def test_a_gather_is_half_of_an_all_reduce():
    hardware = replace(hardware_of("h100"), workers_per_node=4, inside=LINK, between=LINK)
    assert all_gather_seconds(400.0, 4, hardware) == pytest.approx(3.0)  # 3 hops of 100 bytes
    assert all_gather_seconds(400.0, 1, hardware) == 0


def test_what_is_exposed():
    assert exposed_seconds(3.0, 1.0) == 2.0
    assert exposed_seconds(1.0, 3.0) == 0.0


def test_two_workers_from_one_by_hand():
    # 2 s of work; each of two sends 100 MB at 100 MB/s: 1 s more
    alone = MeasuredWorker(tokens_s=1000.0, tokens=2000, gradient_bytes=100_000_000)
    assert predicted_speed(alone, 2, Link(100e6, 0.0)) == pytest.approx(4000 / 3)
    assert predicted_speed(alone, 2, Link(100e6, 0.5)) == pytest.approx(1000)
    assert predicted_speed(alone, 1, Link(100e6, 0.5)) == pytest.approx(1000)

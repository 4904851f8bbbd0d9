"""Seconds that workers take to add up their gradients, and what of them is seen.

A ring all-reduce of n workers sends each byte 2 (n - 1) / n times (Patarasuk and Yuan, 2009). Nodes
are joined in two levels: each node reduces and scatters inside, the shares are summed between
nodes, and gathered inside again (Jia et al., arXiv 1807.11205). Between nodes NCCL takes two trees
where a ring has too many hops (Sanders, Speck and Traeff, Parallel Computing 35, 2009).
"""

import math
from dataclasses import dataclass

from spanbert.planning.hardware import Hardware, Link

# NCCL's maintainer, github.com/NVIDIA/nccl-tests issue 212: protocol takes about 20 % of a link
_LINK_EFFICIENCY = 0.8


def ring_seconds(num_bytes: float, workers: int, link: Link) -> float:
    """Time of a ring all-reduce: 2 (n - 1) hops, each with one n-th of the bytes."""
    hop = num_bytes / workers / (link.bandwidth * _LINK_EFFICIENCY) + link.latency_s
    return 2 * (workers - 1) * hop


def tree_seconds(num_bytes: float, workers: int, link: Link) -> float:
    """Time of an all-reduce over two binary trees, each with half of the bytes: up, and down."""
    if workers == 1:
        return 0.0
    one_way = num_bytes / (link.bandwidth * _LINK_EFFICIENCY)
    return 2 * (one_way + math.ceil(math.log2(workers)) * link.latency_s)


def all_reduce_seconds(
    num_bytes: float, workers: int, hardware: Hardware, bucket_bytes: float = math.inf
) -> float:
    """Time of the all-reduces of so many bytes, one bucket after another."""
    buckets = max(1, math.ceil(num_bytes / bucket_bytes))
    inside = min(workers, hardware.workers_per_node)
    nodes = math.ceil(workers / hardware.workers_per_node)
    bucket = num_bytes / buckets
    within = ring_seconds(bucket, inside, hardware.inside)
    between = min(
        ring_seconds(bucket / inside, nodes, hardware.between),
        tree_seconds(bucket / inside, nodes, hardware.between),
    )
    return buckets * (within + between)


def all_gather_seconds(num_bytes: float, workers: int, hardware: Hardware) -> float:
    """Time to send every worker the others' parts: the second half of an all-reduce."""
    return all_reduce_seconds(num_bytes, workers, hardware) / 2


def exposed_seconds(taken_s: float, hidden_behind_s: float) -> float:
    """What is left to wait for of work that runs beside other work."""
    return max(0.0, taken_s - hidden_behind_s)


@dataclass(frozen=True)
class MeasuredWorker:
    """One worker alone, as it was measured."""

    tokens_s: float
    tokens: int  # of its part of a step
    gradient_bytes: int


def predicted_speed(alone: MeasuredWorker, workers: int, link: Link) -> float:
    """Tokens/s of so many workers that each do what one did alone, then sum their gradients.

    The link is as measured, so nothing is taken off its bandwidth. Workers are assumed not to share
    cores, caches or memory bandwidth: where they do, the truth is lower.
    """
    step_s = alone.tokens / alone.tokens_s
    measured = Link(link.bandwidth / _LINK_EFFICIENCY, link.latency_s)
    sum_s = ring_seconds(float(alone.gradient_bytes), workers, measured)
    return workers * alone.tokens / (step_s + sum_s)

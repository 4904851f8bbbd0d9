"""Seconds that workers take to add up their gradients, and what of them is seen.

A ring all-reduce of n workers sends each byte 2 (n - 1) / n times (Patarasuk and Yuan, 2009). Nodes
are joined in two levels: each node reduces and scatters inside, the shares are summed between
nodes, and gathered inside again (Jia et al., arXiv 1807.11205).
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


def all_reduce_seconds(num_bytes: float, workers: int, hardware: Hardware) -> float:
    """Time of an all-reduce inside nodes and between them.

    A sharded optimizer (ZeRO-1) scatters gradients and gathers weights instead, which are as many
    bytes (Rajbhandari et al., arXiv 1910.02054, section 7).
    """
    inside = min(workers, hardware.workers_per_node)
    nodes = math.ceil(workers / hardware.workers_per_node)
    within = ring_seconds(num_bytes, inside, hardware.inside)
    return within + ring_seconds(num_bytes / inside, nodes, hardware.between)


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

"""Hardware that a plan can be made for: what its makers say, and the share that is reached.

Peaks are of dense matrix products, without sparsity. What a program reaches of them is assumed,
from public runs of such models, unless `--mfu` or `--tokens-per-second` say better.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from spanbert.errors import ConfigError

GB = 1e9
_BITS_OF_A_BYTE = 8

# NCCL, src/graph/tuning.cc, `hwLat`: ring, Simple protocol, seconds for each hop
_NVLINK_LATENCY_S = 3.4e-6
_NETWORK_LATENCY_S = 14e-6


@dataclass(frozen=True)
class Link:
    """What one worker can send in one direction, as a data sheet has it."""

    bandwidth: float  # bytes/s
    latency_s: float  # of one hop


@dataclass(frozen=True)
class Hardware:
    """One worker of a kind, and how workers are joined."""

    name: str
    peak_fp32: float  # FLOP/s; not TF32, which torch leaves off for matrix products
    peak_half: float  # FLOP/s in bf16, or in fp16 where there is no bf16
    reached: tuple[tuple[int, float], ...]  # (hidden size from which it holds, share of the peak)
    memory_bytes: float
    memory_bandwidth: float  # bytes/s
    workers_per_node: int
    inside: Link  # between workers of a node
    between: Link  # between nodes, for each worker
    reached_source: str  # where the share is from; empty: a user stated it
    sources: tuple[str, ...]  # of all other figures
    device_name: str = ""  # as torch tells it; others of the family have other peaks
    is_cpu: bool = False


# ModernBERT-base, github.com/AnswerDotAI/ModernBERT issue 236: 304k tokens/s on each of 8 H100 at
# 0.82 GFLOP a token are 25 % of 989 TFLOP/s. BERT-large on 8 H100 in MLPerf 3.0 reached at most
# 46 % of it (with FP8). A small model is bound by memory: docs/scaling.md.
_REACHED_ON_HOPPER = ((0, 0.20), (768, 0.25), (1024, 0.35))
_HOPPER_SOURCES = (
    "NVIDIA H100 and H200 data sheets (SXM): 989 TFLOP/s bf16 dense, 67 TFLOP/s fp32",
    "DGX H100 user guide: NVLink 900 GB/s both ways; one 400 Gb/s ConnectX-7 for each GPU",
)
_NVLINK_4 = Link(450 * GB, _NVLINK_LATENCY_S)
_NDR_400 = Link(400 / _BITS_OF_A_BYTE * GB, _NETWORK_LATENCY_S)

_H100 = Hardware(
    name="h100",
    peak_fp32=67e12,
    peak_half=989e12,
    reached=_REACHED_ON_HOPPER,
    memory_bytes=80 * GB,
    memory_bandwidth=3350 * GB,
    workers_per_node=8,
    inside=_NVLINK_4,
    between=_NDR_400,
    reached_source="ModernBERT issue 236 (base, 25 %); MLPerf 3.0 BERT-large, at most 46 %",
    sources=(*_HOPPER_SOURCES, "H100 data sheet: 80 GB at 3.35 TB/s"),
    device_name="NVIDIA H100 80GB HBM3",
)
_H200 = replace(
    _H100,
    name="h200",
    memory_bytes=141 * GB,
    memory_bandwidth=4800 * GB,
    sources=(*_HOPPER_SOURCES, "H200 data sheet: 141 GB at 4.8 TB/s"),
    device_name="NVIDIA H200",
)
_A100 = Hardware(
    name="a100-80",
    peak_fp32=19.5e12,
    peak_half=312e12,
    reached=((0, 0.25), (768, 0.35), (1024, 0.40)),
    memory_bytes=80 * GB,
    memory_bandwidth=2039 * GB,
    workers_per_node=8,
    inside=Link(300 * GB, _NVLINK_LATENCY_S),
    between=Link(200 / _BITS_OF_A_BYTE * GB, _NETWORK_LATENCY_S),
    reached_source="NVIDIA DeepLearningExamples BERT-large, 210 sequences/s, at most 45 %",
    sources=(
        "NVIDIA A100 80GB data sheet (SXM): 312 TFLOP/s bf16 dense, 80 GB at 2.04 TB/s",
        "DGX A100 data sheet: NVLink 600 GB/s both ways; one 200 Gb/s ConnectX-6 for each GPU",
    ),
    device_name="NVIDIA A100-SXM4-80GB",
)
_V100_16 = Hardware(
    name="v100-16",
    peak_fp32=15.7e12,
    peak_half=125e12,
    reached=((0, 0.20), (768, 0.25), (1024, 0.30)),
    memory_bytes=16 * GB,
    memory_bandwidth=900 * GB,
    workers_per_node=8,
    inside=Link(150 * GB, _NVLINK_LATENCY_S),
    between=Link(4 * 100 / 8 / _BITS_OF_A_BYTE * GB, _NETWORK_LATENCY_S),
    reached_source="Megatron-LM on V100, 30 % of the peak as published (arXiv 1909.08053),"
    " 48 % once its kernels were fused (nv-adlr.github.io/MegatronLMV1)",
    sources=(
        "NVIDIA V100 data sheet (SXM2): 125 TFLOP/s fp16, 15.7 TFLOP/s fp32, 900 GB/s",
        "DGX-1 data sheet: NVLink 300 GB/s both ways; four 100 Gb/s adapters for eight GPUs",
    ),
    device_name="Tesla V100-SXM2-16GB",
)
_V100_32 = replace(
    _V100_16, name="v100-32", memory_bytes=32 * GB, device_name="Tesla V100-SXM2-32GB"
)
_HERE = Hardware(
    name="here",
    peak_fp32=96e9,
    peak_half=208e9,
    reached=((0, 0.60),),
    memory_bytes=11.5 * GB,
    memory_bandwidth=41 * GB,
    workers_per_node=2,
    inside=Link(1.25 * GB, 50e-6),
    between=Link(0.125 * GB, 200e-6),
    reached_source="a packed step of a small model on an AMD EPYC, 58 to 64 %",
    sources=(
        "measured on two cores of an AMD EPYC Genoa, a core for each worker: torch.matmul of"
        " 2048, one thread; memory from fused AdamW, 28 bytes x 28M parameters in 19 ms",
        "links: assumed until docs/scaling.md has a measurement",
    ),
    is_cpu=True,
)

HARDWARE: Mapping[str, Hardware] = {
    hardware.name: hardware for hardware in (_V100_16, _V100_32, _A100, _H100, _H200, _HERE)
}


def hardware_of(name: str) -> Hardware:
    """The hardware of this name.

    Raises:
        ConfigError: there is none; the nearest name is told.
    """
    if name in HARDWARE:
        return HARDWARE[name]
    nearest = difflib.get_close_matches(name.lower(), HARDWARE, n=1, cutoff=0.4)
    remedy = f"did you mean {nearest[0]}?" if nearest else f"known: {', '.join(HARDWARE)}"
    raise ConfigError(f"unknown accelerator {name!r}", place="--accelerator", remedy=remedy)


def peak_flops(hardware: Hardware, precision: str) -> float:
    """FLOP/s of one worker that trains in "bf16" or "fp32"."""
    return hardware.peak_half if precision == "bf16" else hardware.peak_fp32


def peak_flops_of_device(device_name: str, precision: str) -> float | None:
    """FLOP/s of a device by the name that torch tells; None where it is not in the table."""
    known = {h.device_name: h for h in HARDWARE.values() if h.device_name}
    return peak_flops(known[device_name], precision) if device_name in known else None


def share_reached(hardware: Hardware, hidden_size: int) -> float:
    """Share of the peak that computing reaches, for a model this wide."""
    return [share for least, share in hardware.reached if hidden_size >= least][-1]


@dataclass(frozen=True)
class Overrides:
    """What a user has measured, in place of what is assumed; None keeps the assumption."""

    mfu: float | None = None  # share of the peak, in (0, 1]
    flops: float | None = None  # peak FLOP/s of one worker, in any precision
    network: float | None = None  # Gbit/s between nodes, for each worker


def overridden(hardware: Hardware, own: Overrides) -> Hardware:
    """The hardware with a user's own figures."""
    if own.mfu is not None:
        hardware = replace(hardware, reached=((0, own.mfu),), reached_source="")
    if own.flops is not None:
        hardware = replace(hardware, peak_fp32=own.flops, peak_half=own.flops)
    if own.network is not None:
        bandwidth = own.network / _BITS_OF_A_BYTE * GB
        hardware = replace(hardware, between=replace(hardware.between, bandwidth=bandwidth))
    return hardware

"""What this process may use of the machine: processors, memory, GPUs; read from the system's files.

A container's limits lie in its cgroup, of version 2 or 1, and in every one above it; the tightest
counts. Nothing here needs a package.
"""

import math
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

BF16_INSTRUCTIONS = frozenset({"avx512_bf16", "amx_bf16"})  # one is enough; x86
_ROOT = Path("/")
_PROBE_S = 2.0


def usable_cpus(root: Path = _ROOT) -> int:
    """Processors that this process may run on: its affinity, and its cgroup's share rounded up."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    shares = [math.ceil(share) for share in _cpu_shares(root)]
    return max(1, min([allowed or 1, *shares]))


def available_memory(root: Path = _ROOT) -> int:
    """Bytes that can still be taken: the host's, or the room under a cgroup's limit if lower."""
    return min([_host_memory(root), *_memory_rooms(root)])


def oom_kills(root: Path = _ROOT) -> int:
    """Processes of this container that were killed for memory; 0 where the system does not say."""
    counts = [0]
    for folder in _cgroups(root, "memory"):
        events = _text(folder / "memory.events") or _text(folder / "memory.oom_control")
        counts += map(int, re.findall(r"^oom_kill (\d+)$", events, flags=re.MULTILINE))
    return max(counts)


def cpu_flags(root: Path = _ROOT) -> frozenset[str]:
    """Names of the processor's instruction sets; empty where the system lists none (not x86)."""
    found = re.search(r"^flags\s*:(.*)$", _text(root / "proc/cpuinfo"), flags=re.MULTILINE)
    return frozenset(found[1].split()) if found else frozenset()


def visible_gpus(root: Path = _ROOT, environment: Mapping[str, str] = os.environ) -> int:
    """NVIDIA GPUs that this process may use, counted without their libraries."""
    drivers = len(list((root / "proc/driver/nvidia/gpus").glob("*")))
    devices = len(list((root / "dev").glob("nvidia[0-9]*")))
    here = drivers or devices or _listed_gpus()
    chosen = environment.get("CUDA_VISIBLE_DEVICES")
    if chosen is None:
        return here
    return min(here, len([name for name in chosen.split(",") if name.strip() not in ("", "-1")]))


def _listed_gpus() -> int:
    """What nvidia-smi lists: all that there is where the system has no files of the driver."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return 0
    try:
        done = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=_PROBE_S)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in done.stdout.splitlines())


def _cpu_shares(root: Path) -> Iterator[float]:
    for folder in _cgroups(root, "cpu"):
        quota, _, period = _text(folder / "cpu.max").partition(" ")
        if not quota:
            quota, period = (_text(folder / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
        if quota.isdigit() and period.isdigit():  # not "max" and not -1
            yield int(quota) / int(period)


def _memory_rooms(root: Path) -> Iterator[int]:
    for folder in _cgroups(root, "memory"):
        limit = _text(folder / "memory.max") or _text(folder / "memory.limit_in_bytes")
        used = _text(folder / "memory.current") or _text(folder / "memory.usage_in_bytes")
        if limit.isdigit() and used.isdigit():
            yield max(0, int(limit) - int(used) + _cached_bytes(folder))


def _cached_bytes(folder: Path) -> int:
    """Pages of files that are let go of before anything is refused."""
    stat = _text(folder / "memory.stat")
    found = re.search(r"^total_inactive_file (\d+)$", stat, flags=re.MULTILINE)  # version 1
    found = found or re.search(r"^inactive_file (\d+)$", stat, flags=re.MULTILINE)
    return int(found[1]) if found else 0


def _host_memory(root: Path) -> int:
    found = re.search(r"^MemAvailable:\s+(\d+) kB", _text(root / "proc/meminfo"), re.MULTILINE)
    if found:
        return int(found[1]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _cgroups(root: Path, controller: str) -> Iterator[Path]:
    """The folders of this process's cgroup and of those above it."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers or controller in controllers.split(","):  # version 2 names none
            top = root / "sys/fs/cgroup" / controllers
            folder = top / path.lstrip("/")
            yield from (p for p in (folder, *folder.parents) if p.is_relative_to(top))


def _text(path: Path) -> str:
    """A file's content; "" where it is not there or not for us."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""

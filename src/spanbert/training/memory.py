"""Freed memory kept for the next step.

glibc gives large blocks back to the system as soon as they are free, so each step would pay for
clearing the same pages again: 10 to 20 % of a step on a CPU.
"""

import ctypes

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # names of mallopt(3)
_MOST = 2**31 - 1


def keep_freed_memory() -> bool:
    """Tell this process's allocator, from now on; returns whether it is one that listens."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(mallopt and mallopt(_MMAP_MAX, 0) and mallopt(_TRIM_THRESHOLD, _MOST))

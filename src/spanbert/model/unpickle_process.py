"""The process that reads a torch pickle: file on standard input -> plain tensors in safetensors.

`unpickle.py` starts it with an empty environment. It may build tensors, plain containers and the
stand-ins below, and nothing else; it has no network where the system lets a process give it up, and
bounded memory, time and disk.
"""

import contextlib
import ctypes
import json
import pickle
import re
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_NEW_USER_NAMESPACE, _NEW_NETWORK_NAMESPACE = 0x10000000, 0x40000000  # <linux/sched.h>
_SPARE_BYTES = 2**30  # memory beside the file's own tensors
_HOLDERS = ("model", "state_dict")  # where training programs keep the weights in their files
_FORBIDDEN = re.compile(r"GLOBAL (\S+)")  # in torch's refusal: a name that is not on its list
_NEWER = re.compile(r"Unsupported operand (147|149)\b")  # of pickle protocols 4 and later


class StandIn:
    """Takes the place of a class whose content is not needed."""


# what fairseq keeps beside the weights: its arguments and its meters
_STAND_INS: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [
    (StandIn, f"{module}.{name}")
    for module, names in {
        "argparse": ("Namespace",),
        "fairseq.meters": ("AverageMeter", "TimeMeter", "StopwatchMeter"),
    }.items()
    for name in names
]


def main(output: str, seconds: str, size_bytes: str) -> None:
    """Convert standard input to `output`; prints one JSON object that says how it went."""
    _leave_network()  # before torch starts threads: only a single thread may
    answer = _answer(Path(output), int(seconds), int(size_bytes))
    print(json.dumps(answer))


def _answer(output: Path, seconds: int, size_bytes: int) -> dict[str, Any]:
    import torch  # itself maps gigabytes, so the limits come after it

    torch.set_num_threads(1)
    _limit(seconds, size_bytes)
    try:
        return _convert(output)
    except pickle.UnpicklingError as error:
        forbidden = _FORBIDDEN.search(str(error))
        if forbidden:
            return {"forbidden": forbidden[1]}
        if _NEWER.search(str(error)):
            return {"forbidden": "instructions that torch's own files do not have"}
        return {"damaged": "not a torch file"}
    except Exception as error:  # a damaged file can raise anything
        first = (str(error).strip().splitlines() or [""])[0]
        return {"damaged": f"{type(error).__name__}: {first[:200]}"}


def _convert(output: Path) -> dict[str, Any]:
    import torch
    from safetensors.torch import save_file

    with torch.serialization.safe_globals(_STAND_INS):
        loaded = torch.load(sys.stdin.buffer, map_location="cpu", weights_only=True)
    tensors = {}
    for name, value in _state_dict(loaded).items():
        if isinstance(value, torch.Tensor) and value.layout is torch.strided:
            tensors[str(name)] = value.detach().contiguous().clone()  # none shares memory now
    if not tensors:
        return {"damaged": "it holds no tensors"}
    save_file(tensors, output)
    return {}


def _state_dict(loaded: Any) -> Mapping[str, Any]:
    for holder in _HOLDERS:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(holder), Mapping):
            return loaded[holder]
    return loaded if isinstance(loaded, Mapping) else {}


def _leave_network() -> None:
    """Where the system permits it; elsewhere the whitelist alone must do."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).unshare(_NEW_USER_NAMESPACE | _NEW_NETWORK_NAMESPACE)


def _limit(seconds: int, size_bytes: int) -> None:
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 2 * size_bytes + _SPARE_BYTES,
        resource.RLIMIT_CORE: 0,
    }
    status = Path("/proc/self/statm")
    if status.is_file():
        pages_now = int(status.read_text().split()[0])
        now_bytes = pages_now * resource.getpagesize()
        limits[resource.RLIMIT_AS] = now_bytes + 4 * size_bytes + _SPARE_BYTES
    for limit, value in limits.items():
        _, hardest = resource.getrlimit(limit)
        value = value if hardest == resource.RLIM_INFINITY else min(value, hardest)
        resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    main(*sys.argv[1:])

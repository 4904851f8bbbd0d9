"""A torch file (`.bin`, `.pt`; old or new format) -> plain tensors, read in a separate process.

A pickle can name any function and have it called. Ours is read by a process that may build tensors
and plain containers alone (`unpickle_process.py`); what it hands back is safetensors, which cannot
execute.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from spanbert.errors import CheckpointError, IntegrityError
from spanbert.model import unpickle_process

_LEAST_SECONDS = 60
_BYTES_PER_SECOND = 5_000_000  # of a slow disk


def read_pickle(path: Path) -> dict[str, Tensor]:
    """The tensors of a torch file's state dict, by name; nothing of the file is executed.

    The state dict is the file's top level, or lies in it under `model` or `state_dict`. What is no
    dense tensor is left out.

    Raises:
        IntegrityError: the file asks for more than tensors and plain containers.
        CheckpointError: it is damaged, or holds no tensors.
    """
    with tempfile.TemporaryDirectory(prefix="spanbert-") as scratch:
        output = Path(scratch) / "tensors.safetensors"
        answer = _run(path, output)
        if "forbidden" in answer:
            raise IntegrityError(
                f"the pickle asks for {answer['forbidden']}, which could run code; refused",
                place=str(path),
                remedy="take the model from a source you trust, or as safetensors",
            )
        if "damaged" in answer:
            raise CheckpointError(
                f"no readable weights ({answer['damaged']})",
                place=str(path),
                remedy="copy or download the file again",
            )
        return load_file(output)


def _run(path: Path, output: Path) -> dict[str, str]:
    """What the process says of the file."""
    size_bytes = path.stat().st_size
    seconds = _LEAST_SECONDS + size_bytes // _BYTES_PER_SECOND
    program = str(Path(unpickle_process.__file__).absolute())
    arguments = [str(output), str(seconds), str(size_bytes)]
    try:
        with path.open("rb") as handle:
            done = subprocess.run(  # noqa: S603  # our own interpreter and program
                [sys.executable, "-I", program, *arguments],
                stdin=handle,
                capture_output=True,
                env={},
                cwd=output.parent,
                timeout=2 * seconds,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return {"damaged": f"reading it took longer than {2 * seconds} s"}
    if done.returncode != 0:
        last = (done.stderr.decode(errors="replace").strip().splitlines() or [""])[-1]
        return {"damaged": f"its reader ended with code {done.returncode} {last}".strip()}
    return json.loads(done.stdout)

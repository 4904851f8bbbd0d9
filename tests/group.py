"""Training by a group of real processes over gloo, without Ray: what Ray's workers do, in seconds.

As a program it is one worker: `group.py SETTINGS.json`, with the settings of `start`.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import asdict
from pathlib import Path

from safetensors.torch import load_file

from spanbert.config import to_toml


def start(config, inputs, fault=""):
    """Start as many workers as the settings say; returns their processes, by rank.

    Args:
        fault: what `_spoil` knows, for example "raise at 5".
    """
    size = config.training.num_workers
    inputs.work_folder.mkdir(parents=True, exist_ok=True)
    meeting = inputs.work_folder / f"meeting-{uuid.uuid4().hex[:8]}"
    processes = []
    for rank in range(size):
        settings = {
            "config_toml": to_toml(config),
            "inputs": {n: str(p) for n, p in asdict(inputs).items() if p},
            "meeting": str(meeting),
            "rank": rank,
            "size": size,
            "fault": fault,
        }
        path = inputs.work_folder / f"settings-{rank}.json"
        path.write_text(json.dumps(settings))
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        processes.append(
            subprocess.Popen(
                [sys.executable, __file__, str(path)],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    return processes


def wait(processes, limit_s=120):
    """Wait for the workers; returns their exit codes and what each said."""
    ended = []
    for process in processes:
        try:
            out, _ = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
        ended.append((process.returncode, out))
    return ended


def train(config, inputs, fault=""):
    """Run a group to its end, which must be a good one; returns what the workers said."""
    ended = wait(start(config, inputs, fault))
    assert [code for code, _ in ended] == [0] * len(ended), ended
    return [out for _, out in ended]


def wait_for(condition, limit_s=60):
    """Look again and again until something is so."""
    end_s = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end_s, "never came"
        time.sleep(0.005)


def weights(inputs, step=12):
    """sha256 of the model after a step."""
    tensors = load_file(inputs.checkpoints / f"step-{step:08d}" / "model.safetensors")
    return hashlib.sha256(b"".join(t.numpy().tobytes() for t in tensors.values())).hexdigest()


def exactness(inputs, step=12):
    """What the checkpoint after a step says of its run."""
    state = json.loads((inputs.checkpoints / f"step-{step:08d}" / "state.json").read_text())
    return state["origin"]["exactness"]


def main(settings):
    import torch
    import torch.distributed as dist

    from spanbert.config import parse_config
    from spanbert.errors import SpanbertError
    from spanbert.training.worker import CPU, Inputs, Seat, train_on_worker
    from spanbert.training.workers import ALONE, ProcessGroup

    torch.set_num_threads(1)
    rank, size = settings["rank"], settings["size"]
    workers = ALONE
    if size > 1:
        dist.init_process_group(
            "gloo", init_method=f"file://{settings['meeting']}", rank=rank, world_size=size
        )
        workers = ProcessGroup(CPU)
    config = parse_config(settings["config_toml"])
    inputs = Inputs(**{n: Path(p) for n, p in settings["inputs"].items()})
    try:
        train_on_worker(
            config,
            inputs,
            Seat(workers, CPU),
            say=lambda line: print(line, flush=True),
            log=_spoil(settings["fault"]),
        )
    except SpanbertError as error:
        print(f"error: {error}", flush=True)
        os._exit(error.exit_code)  # without waiting for a group whose others are gone
    os._exit(0)


def _spoil(fault):
    """What worker 0 does when it logs a step."""
    what, _, at = fault.partition(" at ")

    def log(done, metrics):
        if what and done == int(at):
            if what == "raise":
                raise RuntimeError("spoiled")
            os.kill(os.getpid(), getattr(signal, what))

    return log


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))

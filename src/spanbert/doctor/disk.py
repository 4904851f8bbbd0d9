"""Space where runs are kept, and whether files can be made there."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from spanbert.config import Config
from spanbert.doctor.elsewhere import is_elsewhere
from spanbert.doctor.finding import Finding, gigabytes, ok, problem, warning
from spanbert.doctor.finetuning import is_finetuning, model_parameters
from spanbert.doctor.sizes import WEIGHT_BYTES, model_bytes, sized, state_bytes
from spanbert.errors import StorageError
from spanbert.tasks.kinds import kinds_of

_STEPS_BYTES = 500e6  # documents, shards, logs, report and database of a small corpus
# Assumed: sockets and logs of Ray in the one, its objects and the workers' sums in the other
_SCRATCH = ((Path(tempfile.gettempdir()), 500e6), (Path("/dev/shm"), 200e6))  # noqa: S108


@dataclass(frozen=True)
class Space:
    """What is known of a folder, or of the nearest one above that exists."""

    folder: Path
    free_bytes: float
    refusal: str = ""  # why no file can be made in it


def check_disk(config: Config) -> list[Finding]:
    """Where runs are kept, and where Ray keeps what it shares, if it is a Ray of this machine."""
    scratch = [
        scratch_finding(read_space(folder), needed_bytes)
        for folder, needed_bytes in _SCRATCH
        if folder.is_dir() and not is_elsewhere(config)
    ]
    runs = read_space(Path(config.run.folder).absolute())
    return [*run_findings(runs, needed_bytes(config)), *scratch]


def needed_bytes(config: Config) -> float:
    """Bytes of all checkpoints, one of them being written, the models, and the other steps.

    After pre-training there are two fine-tuned models of each kind of task, one of random weights.
    Fine-tuning alone keeps a model of each kind, and the best one so far beside it.
    """
    kinds = max(1, len(kinds_of(config)))
    if is_finetuning(config):
        return model_parameters(config) * WEIGHT_BYTES * 2 * kinds + _STEPS_BYTES
    config = sized(config)
    copies = config.training.keep_checkpoints + 1
    models = 1 + 2 * kinds
    return state_bytes(config) * copies + model_bytes(config) * models + _STEPS_BYTES


def run_findings(space: Space, needed_bytes: float) -> list[Finding]:
    """Room for the run, and a folder that can be written."""
    found, needed = f"{gigabytes(space.free_bytes)} free", gigabytes(needed_bytes)
    remedy = "free some space, lower training.keep_checkpoints, or --set run.folder=PATH"
    room = ok("disk", found, needed)
    if space.free_bytes < needed_bytes:
        room = problem(StorageError, "disk", found, needed, remedy=remedy)
    return [room, _writable(space)]


def scratch_finding(space: Space, needed_bytes: float) -> Finding:
    """Room in a folder that programs share."""
    name, found = str(space.folder), f"{gigabytes(space.free_bytes)} free"
    if space.refusal:
        remedy = f"make {name} writable (mode 1777)"
        return problem(StorageError, name, space.refusal, "a writable folder", remedy=remedy)
    if space.free_bytes < needed_bytes:
        remedy = "free some space there; in a container, give it more (--shm-size)"
        return warning(name, found, gigabytes(needed_bytes), remedy=remedy)
    return ok(name, found, gigabytes(needed_bytes))


def read_space(folder: Path) -> Space:
    """Free bytes, and whether a file can be made: it really is, and removed."""
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    return Space(existing, float(shutil.disk_usage(existing).free), _refusal(existing))


def _refusal(folder: Path) -> str:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".spanbert-doctor-") as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _writable(space: Space) -> Finding:
    if space.refusal:
        found = f"{space.folder}: {space.refusal}"
        remedy = "change its permissions or choose another with --set run.folder=PATH"
        return problem(StorageError, "run folder", found, "a writable folder", remedy=remedy)
    return ok("run folder", "a file was made and removed", "a writable folder")

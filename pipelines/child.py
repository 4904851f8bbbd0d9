"""A pipeline in a child process that drives `kfp.local`, and its end, whatever happens.

The child's output goes to `pipeline.log` and its progress lines to the caller. It ends with its
caller, even one that is killed. Running the same settings again takes finished steps from kfp's
cache and goes on inside the one that was cut off.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pipelines.containers import docker_runner, end_containers
from pipelines.orphan import end_with_parent
from pipelines.processes import end_processes, marked_environment
from spanbert.errors import SpanbertError
from spanbert.failures import take_failure
from spanbert.lease import is_owned
from spanbert.progress import MARK, Say
from spanbert.scratch import clear_scratch
from spanbert.steps import CELLS
from spanbert.training.keeping import ask_to_stop
from spanbert.training.leaving import leaving_on_sigterm

_END_S = 5.0  # from the last checkpoint to the end of the step's processes


@dataclass(frozen=True)
class Request:
    """Which pipeline the child runs, and what it gives it.

    Args:
        build: what the pipeline is built from, for one that is built; else empty.
        arguments: of the pipeline itself.
        image: steps run as containers of it; empty: as processes.
        mounted: the folder that such containers may write to, and what they read besides.
    """

    pipeline: Literal["end-to-end", "finetuning", "ablation", "suite"]
    build: dict[str, Any]
    arguments: dict[str, str]
    image: str = ""
    mounted: Sequence[str] = ()


def run_in_child(folder: Path, request: Request, say: Say, grace_s: float) -> None:
    """Run the pipeline to its end; whatever happens, none of its processes is left.

    The caller owns the folder (`lease.py`).

    Args:
        grace_s: what pre-training is given for a last checkpoint after SIGTERM.

    Raises:
        SpanbertError: what stopped a step, with the step's exit code.
        PreemptedError: SIGTERM came.
    """
    if _end_all(folder, request):
        say("ended what an earlier, killed run had left")
    _take_failure(folder)
    with leaving_on_sigterm(lambda: _ask_to_stop(folder), grace_s + _END_S):
        _drive(folder, request, say)


def work_folders(folder: Path) -> list[Path]:
    """Where pre-training keeps its checkpoints: of the run, and of its cells."""
    return [work for step_folder in _step_folders(folder) for work in step_folder.glob("work/*/")]


def _end_all(folder: Path, request: Request) -> int:
    """End the processes and containers of a run; returns how many there were."""
    return end_processes(folder) + (end_containers(folder) if request.image else 0)


def _ask_to_stop(folder: Path) -> bool:
    return ask_to_stop(*(work for work in work_folders(folder) if is_owned(work)))


def _drive(folder: Path, request: Request, say: Say) -> None:
    temporary = folder / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    environment = marked_environment(folder) | {"TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "pipelines.child", str(os.getpid())]
    try:
        with (folder / "pipeline.log").open("a") as log:
            child = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                text=True,
                errors="replace",
                start_new_session=True,  # Ctrl-C comes to us; we end the others in order
            )
            assert child.stdin is not None
            assert child.stdout is not None
            # of a child that ends at once its code and the log tell
            with contextlib.suppress(BrokenPipeError), child.stdin as stdin:
                json.dump(asdict(request), stdin)
            for line in child.stdout:
                log.write(line)
                if MARK in line:
                    say(line.partition(MARK)[2].rstrip())
            code = child.wait()
    finally:
        _end_all(folder, request)
        shutil.rmtree(temporary, ignore_errors=True)
        for work in work_folders(folder):
            clear_scratch(work)
    if code != 0:
        log_path = folder / "pipeline.log"
        raise _take_failure(folder) or SpanbertError(
            f"the pipeline ended with code {code}",
            place=str(log_path),
            remedy=f"look at its end: tail {log_path}",
        )


def _step_folders(folder: Path) -> list[Path]:
    """The folders that steps are given: the run's, and those of its cells."""
    return [folder, *sorted(folder.glob(f"{CELLS}/*/"))]


def _take_failure(folder: Path) -> SpanbertError | None:
    """The first failure that steps have recorded; all records are removed."""
    found = {step_folder: take_failure(step_folder) for step_folder in _step_folders(folder)}
    for step_folder, error in found.items():
        if error:
            error.place = "" if step_folder == folder else step_folder.name
            return error
    return None


def _main() -> None:
    """The child: run the pipeline of the request that comes on standard input."""
    from kfp import local

    request = Request(**json.load(sys.stdin))
    folder = Path(request.arguments["run_folder"])
    end_with_parent(int(sys.argv[1]), folder, has_containers=bool(request.image))
    root = folder / "pipeline"
    runner = local.SubprocessRunner(use_venv=False)
    if request.image:
        root.mkdir(parents=True, exist_ok=True)
        runner = docker_runner(folder, request.mounted)
    local.init(runner=runner, pipeline_root=str(root), enable_caching=True)
    try:
        _pipeline(request)(**request.arguments)
    except RuntimeError as error:  # a step failed and has written down why
        raise SystemExit(str(error)) from error


def _pipeline(request: Request) -> Callable[..., Any]:
    if request.pipeline == "ablation":
        from pipelines.ablation import build_ablation

        return build_ablation(**request.build)
    if request.pipeline == "suite":
        from pipelines.suite import build_suite

        return build_suite(**request.build)
    from pipelines.choice import build
    from pipelines.placing import as_they_are, take_image

    place = partial(take_image, request.image) if request.image else as_they_are
    return build(request.pipeline, place=place, **request.build)


if __name__ == "__main__":
    _main()

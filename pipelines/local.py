"""The whole pipeline on this machine, with one command and no server.

`run_local` starts this module as a child that drives `kfp.local`; the child's output goes to
`pipeline.log` and its progress lines to the caller. Running the same settings again takes finished
steps from kfp's cache and goes on inside the one that was cut off.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import components
import pipelines
import spanbert
from pipelines.processes import end_processes, marked_environment
from spanbert.config import Config, to_toml
from spanbert.corpus.sources import digest_sources
from spanbert.errors import ConfigError, SpanbertError
from spanbert.failures import take_failure
from spanbert.model.importing.files import model_digest
from spanbert.progress import MARK, Say
from spanbert.storage import require_free_space
from spanbert.tasks.qa.examples import read_questions
from spanbert.training.resources import require_cpus
from spanbert.training.scratch import clear_scratch
from spanbert.training.start import tokenizer_settings, with_start_sizes

_LEAST_FREE_BYTES = 500_000_000  # documents, shards, checkpoints and models of a small run


def run_local(config: Config, say: Say) -> dict[str, Any]:
    """Run every step in order; returns the results that the report shows.

    Raises:
        SpanbertError: what stopped a step, with the step's exit code.
        ConfigError: another process is running the same settings, they ask for more processors
            than there are, or they name no questions.
    """
    folder = run_folder_of(config)
    require_cpus(config.training)
    _require_questions(config)
    _require_start(config)
    require_free_space(folder, _LEAST_FREE_BYTES)
    arguments = {
        "config_toml": to_toml(config),
        "run_folder": str(folder),
        "sources_digest": sources_digest(config),
        "code_digest": code_digest(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one(folder):
        if end_processes(folder):
            say("ended what an earlier, killed run had left")
        take_failure(folder)
        _drive(folder, arguments, say)
    return json.loads((folder / "results.json").read_text())


def _require_questions(config: Config) -> None:
    """Refuse before pre-training what fine-tuning would refuse after it."""
    for name, paths in (("train", config.qa.train), ("dev", config.qa.dev)):
        if not paths:
            remedy = f"--set 'qa.{name}=[\"{name}.json\"]'"
            raise ConfigError(f"qa.{name} names no file", remedy=remedy)
        for path in paths:
            read_questions(Path(path))


def _require_start(config: Config) -> None:
    """Refuse before any step a model that pre-training could not start from."""
    with_start_sizes(config)
    tokenizer_settings(config)


def sources_digest(config: Config) -> str:
    """sha256 over all that steps read from outside the run folder."""
    texts = digest_sources([*config.corpus.sources, *config.qa.train, *config.qa.dev])
    models = {tokenizer_settings(config).path, config.training.start} - {""}
    content = [texts, *(model_digest(Path(model)) for model in sorted(models))]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def run_folder_of(config: Config) -> Path:
    """Where a run keeps its checkpoints, log and report."""
    return Path(config.run.folder).absolute() / config.run_id


def code_digest() -> str:
    """sha256 over the package's and the components' sources: changed code is never cached."""
    digest = hashlib.sha256()
    for package in (spanbert, components, pipelines):
        top = Path(package.__path__[0])
        for path in sorted(top.rglob("*.py")):
            digest.update(path.relative_to(top).as_posix().encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _drive(folder: Path, arguments: dict[str, str], say: Say) -> None:
    """Run the child to its end; whatever happens, none of its processes is left."""
    temporary = folder / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    environment = marked_environment(folder) | {"TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "pipelines.local"]
    try:
        with _terminated_as_interrupt(), (folder / "pipeline.log").open("a") as log:
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
            with child.stdin as stdin:
                json.dump(arguments, stdin)
            for line in child.stdout:
                log.write(line)
                if MARK in line:
                    say(line.partition(MARK)[2].rstrip())
            code = child.wait()
    finally:
        end_processes(folder)
        shutil.rmtree(temporary, ignore_errors=True)
        for work in folder.glob("work/*/"):
            clear_scratch(work)
    if code != 0:
        log_path = folder / "pipeline.log"
        raise take_failure(folder) or SpanbertError(
            f"the pipeline ended with code {code}",
            place=str(log_path),
            remedy=f"look at its end: tail {log_path}",
        )


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the run's lock; the system lets go of it when this process dies, however it dies."""
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise ConfigError(
                f"process {lock.read() or 'unknown'} is running these settings",
                place=str(folder),
                remedy="wait for it, or change a setting, for example --set run.seed=2",
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextlib.contextmanager
def _terminated_as_interrupt() -> Iterator[None]:
    """Take SIGTERM like Ctrl-C while the child runs."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _main() -> None:
    """The child: run the pipeline whose arguments come on standard input."""
    from kfp import local

    from pipelines.end_to_end import end_to_end

    arguments = json.load(sys.stdin)
    root = Path(arguments["run_folder"]) / "pipeline"
    local.init(
        runner=local.SubprocessRunner(use_venv=False),
        pipeline_root=str(root),
        enable_caching=True,
    )
    try:
        end_to_end(**arguments)
    except RuntimeError as error:  # a step failed and has written down why
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    _main()

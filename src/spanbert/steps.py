"""What every pipeline step does around its work: settings, tracking, errors, progress.

A component calls `pipeline_step` and then the package; everything that is the same in all steps is
here, so that a component stays ten lines long.
"""

import contextlib
import json
import logging
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spanbert.config import Config, parse_config
from spanbert.errors import SpanbertError, storage_error
from spanbert.failures import write_failure
from spanbert.progress import announce
from spanbert.registry.tracking import StepRun, Tracking
from spanbert.storage import write_text_atomic

CELLS = "cells"  # in the folder of an ablation or a suite: the folders of its cells
_LONGEST_CAUSE = 300  # characters of an unforeseen error; the log has all of it


@dataclass
class Step:
    """One running step.

    `record` gathers what the step wants remembered when it ends well.
    """

    config: Config
    run_folder: Path
    tracking: Tracking
    run: StepRun
    metrics: dict[str, float] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def say(self, line: str) -> None:
        """Tell a person, at once."""
        announce(line)

    def record(
        self, metrics: Mapping[str, float] | None = None, digests: Mapping[str, str] | None = None
    ) -> None:
        """Remember figures and artifact digests of this step."""
        self.metrics |= metrics or {}
        self.digests |= digests or {}


@contextlib.contextmanager
def pipeline_step(name: str, config_toml: str, run_folder: str) -> Iterator[Step]:
    """Run a step's body with its settings and its own MLflow run.

    A `SpanbertError` becomes one line, a record for the process that started the step, and the
    exit code of its kind (`errors.py`); anything else is shown with its trace and exits with 1.
    """
    _quieten()
    folder = Path(run_folder)
    try:
        config = parse_config(config_toml)
        tracking = Tracking(config, folder, announce)
        with tracking.step(name) as run:
            step = Step(config, folder, tracking, run)
            step.say(name)
            began_s = time.monotonic()
            yield step
            run.log_metrics(step.metrics | {"seconds": time.monotonic() - began_s})
            run.log_tags({f"digest.{role}": digest for role, digest in step.digests.items()})
            run.log_datasets(step.digests)
    except SpanbertError as error:
        _stop(folder, error)
    except OSError as error:
        _stop(folder, storage_error(error))
    except Exception as error:
        traceback.print_exc()
        last = (str(error).strip().splitlines() or [""])[-1][:_LONGEST_CAUSE]
        cause = f"{type(error).__name__}: {last}"
        _stop(folder, SpanbertError(cause, place=name, remedy=f"see {folder / 'pipeline.log'}"))


def _stop(folder: Path, error: SpanbertError) -> None:
    write_failure(folder, error)
    print(f"error: {error}", file=sys.stderr)
    raise SystemExit(error.exit_code) from error


def _quieten() -> None:
    """The frameworks' routine messages go to the log file; here only what needs a look."""
    for name in ("alembic", "mlflow", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)


def write_metrics(artifact: Any, figures: Mapping[str, float]) -> None:
    """Put figures on a KFP metrics artifact, and into its file.

    The file is for kfp's local cache, which takes an artifact without one for lost.
    """
    for name, value in figures.items():
        artifact.log_metric(name, value)
    write_text_atomic(Path(artifact.path), json.dumps(figures))


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as one level of dotted names, for parameters."""
    leaves: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            leaves |= flat(value, f"{prefix}{name}.")
        else:
            leaves[f"{prefix}{name}"] = value
    return leaves

"""settings -> a version of the pipeline on a KFP server, and a run of it, once or by the clock.

What can be known here is checked here; text, questions and models lie on the cluster.
"""

import difflib
import hashlib
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kfp_server_api as kfp
import yaml

from pipelines.choice import branches_of, pipeline_of, unnamed_files
from pipelines.compile import compile_pipeline
from pipelines.server import Server, named
from spanbert.config import Config
from spanbert.errors import ConfigError
from spanbert.progress import Say
from spanbert.tasks.kinds import recipe_of

PIPELINES = {"end-to-end": "spanbert", "finetuning": "spanbert-finetuning"}  # on the server
EACH_TIME = "[[ScheduledTime]]"  # KFP puts the time there at each run of a recurring one
_ONE_WORD = re.compile(r"[\w.:+@/=-]{1,200}")


@dataclass(frozen=True)
class Submission:
    """Where a run goes.

    Args:
        namespace: of the user it belongs to; a server without users is not told of it.
        experiment: made where it is not there.
    """

    namespace: str
    experiment: str


@dataclass(frozen=True)
class Version:
    """One version of the pipeline on a server."""

    pipeline_id: str
    version_id: str


_ELSEWHERE = ("hf:", "s3://", "https://")  # sources that pods need no volume for


def require_submittable(config: Config, say: Say) -> None:
    """Refuse what steps would refuse later; tell what may surprise.

    Raises:
        ConfigError: there is no text, or no file to fine-tune on, or a path would not lead anywhere
            in a pod.
    """
    paths = {
        "corpus.sources": [
            path for path in config.corpus.sources if not path.startswith(_ELSEWHERE)
        ],
        "tokenizer.path": [config.tokenizer.path],
        "training.start": [config.training.start],
    }
    for kind in branches_of(config):
        recipe = recipe_of(config, kind)
        paths |= {f"{kind}.{split}": recipe.files_of(split) for split in recipe.splits}
    needs_text = pipeline_of(config) == "end-to-end" and not config.corpus.sources
    for name in ["corpus.sources"] * needs_text + unnamed_files(config):
        raise ConfigError(
            f"{name} names no file",
            remedy=f"--set '{name}=[\"{config.cluster.volume_path}/FILE\"]'",
        )
    for name, values in paths.items():
        _require_absolute(name, values, config.cluster.volume_path)
    if "@sha256:" not in config.cluster.image:
        say(
            f"warning: cluster.image = {config.cluster.image!r} has no digest: when its tag moves,"
            " KFP still takes old results from its cache -> name it as IMAGE@sha256:DIGEST"
        )
    if not config.registry.tracking_uri:
        say(
            "warning: registry.tracking_uri is empty: unless KFP's MLflow plugin is on, figures and"
            " models go to SQLite on the volume -> name the MLflow server"
        )


def require_version(word: str) -> str:
    """What names the state of the sources, where it is one word."""
    if not _ONE_WORD.fullmatch(word):
        cause = f"{word[:40]!r} is not one word of letters, digits and . : + @ / = - _"
        raise ConfigError(cause, place="--sources-version", remedy="for example 2026-11-23")
    return word


def require_parameters(package: Path, parameters: Mapping[str, str]) -> None:
    """Refuse parameters that a compiled pipeline does not take, which a server would ignore.

    Raises:
        ConfigError: one is unknown, or one without a default is missing.
    """
    spec = next(yaml.safe_load_all(package.read_text()))
    inputs = spec["root"]["inputDefinitions"]["parameters"]
    for name in parameters:
        if name not in inputs:
            nearest = difflib.get_close_matches(name, inputs, n=1)
            known = nearest[0] + "?" if nearest else f"one of {', '.join(inputs)}"
            raise ConfigError(
                f"the pipeline has no parameter {name}", remedy=f"did you mean {known}"
            )
    needed = {name for name, rule in inputs.items() if "defaultValue" not in rule}
    if missing := sorted(needed - set(parameters)):
        raise ConfigError(f"the pipeline needs {', '.join(missing)}", remedy="pass them")


def submit_run(
    server: Server, config: Config, parameters: Mapping[str, str], to: Submission, say: Say
) -> str:
    """Start a run; returns its id.

    Raises:
        ConfigError: a parameter is unknown, and nothing was sent; or the server refuses.
        DependencyError: the server does not answer.
    """
    body = kfp.V2beta1Run(
        display_name=config.run_id, **_what_and_where(server, config, parameters, to, say)
    )
    return server.ask(server.runs.run_service_create_run, body).run_id


def schedule_runs(
    server: Server,
    config: Config,
    parameters: Mapping[str, str],
    to: Submission,
    say: Say,
    cron: str,
) -> str:
    """Have KFP start runs by the clock, one at a time; returns the recurring run's id.

    Raises:
        As `submit_run` does.
    """
    body = kfp.V2beta1RecurringRun(
        display_name=config.run_id,
        mode="ENABLE",
        trigger=kfp.V2beta1Trigger(cron_schedule=kfp.V2beta1CronSchedule(cron=cron)),
        max_concurrency="1",  # they share a folder
        no_catchup=True,
        **_what_and_where(server, config, parameters, to, say),
    )
    create = server.recurring_runs.recurring_run_service_create_recurring_run
    return server.ask(create, body).recurring_run_id


def _what_and_where(
    server: Server, config: Config, parameters: Mapping[str, str], to: Submission, say: Say
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "spanbert.yaml"
        compile_pipeline(package, config)
        require_parameters(package, parameters)
        namespace = to.namespace if server.has_users() else None
        version = _uploaded(server, package, config, namespace, say)
    return {
        "experiment_id": _experiment(server, to.experiment, namespace),
        "pipeline_version_reference": kfp.V2beta1PipelineVersionReference(
            version.pipeline_id, version.version_id
        ),
        "runtime_config": kfp.V2beta1RuntimeConfig(parameters=dict(parameters)),
        "service_account": config.cluster.step_service_account,
    }


def _uploaded(
    server: Server, package: Path, config: Config, namespace: str | None, say: Say
) -> Version:
    """The version with this content, which its name tells: settings, placement and code."""
    name = f"{config.run_id}-{hashlib.sha256(package.read_bytes()).hexdigest()[:8]}"
    pipeline_id = _pipeline(server, PIPELINES[pipeline_of(config)], namespace)
    versions = server.pipelines.pipeline_service_list_pipeline_versions
    found = server.ask(versions, pipeline_id, filter=named(name)).pipeline_versions
    if not found:
        upload = server.uploads.upload_pipeline_version
        found = [server.ask(upload, str(package), name=name, pipelineid=pipeline_id)]
        say(f"uploaded version {name}")
    return Version(pipeline_id, found[0].pipeline_version_id)


def _pipeline(server: Server, name: str, namespace: str | None) -> str:
    place = {"namespace": namespace} if namespace else {}
    list_all = server.pipelines.pipeline_service_list_pipelines
    if found := server.ask(list_all, filter=named(name), **place).pipelines:
        return found[0].pipeline_id
    body = kfp.V2beta1Pipeline(display_name=name, name=name, **place)
    return server.ask(server.pipelines.pipeline_service_create_pipeline, body).pipeline_id


def _experiment(server: Server, name: str, namespace: str | None) -> str:
    place = {"namespace": namespace} if namespace else {}
    list_all = server.experiments.experiment_service_list_experiments
    if found := server.ask(list_all, filter=named(name), **place).experiments:
        return found[0].experiment_id
    body = kfp.V2beta1Experiment(display_name=name, **place)
    return server.ask(server.experiments.experiment_service_create_experiment, body).experiment_id


def _require_absolute(name: str, paths: Iterable[str], volume: str) -> None:
    for path in paths:
        if path and not path.startswith(f"{volume}/"):
            raise ConfigError(
                f"{path!r} is not on the volume, and a pod has no folder of yours",
                place=name,
                remedy=f"put it on the volume, and name it from {volume} on",
            )

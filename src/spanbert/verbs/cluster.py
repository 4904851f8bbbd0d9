"""Verbs of runs on a KFP server: submit, look, read, cancel."""

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from spanbert.errors import ConfigError
from spanbert.verbs.verb import Verb, config_of, print_json, say

if TYPE_CHECKING:
    from pipelines.runs import RunState
    from pipelines.server import Server

_RUN = {"metavar": "RUN", "help": "its id, which submit printed"}
_HOST = {"default": "", "metavar": "URL", "help": "of the KFP server; KF_PIPELINES_ENDPOINT"}
_NAMESPACE = {
    "default": "kubeflow",
    "metavar": "NAME",
    "help": "where the pods of runs are; kubeflow",
}
_WAIT = {"action": "store_true", "help": "until the run ends; the exit code tells how"}


def _submit(options: argparse.Namespace) -> int:
    from pipelines import submit
    from pipelines.parameters import run_parameters
    from pipelines.schedule import require_cron
    from pipelines.server import Server

    config = config_of(options)
    submit.require_submittable(config, say)
    _require_one_run(options)
    server = Server(options.host)
    to = submit.Submission(options.namespace, options.experiment or config.registry.experiment)
    if options.every:
        cron = require_cron(options.every)
        parameters = run_parameters(config, submit.EACH_TIME)
        recurring = submit.schedule_runs(server, config, parameters, to, say, cron)
        print(recurring, server.link("recurringrun", recurring), sep="\n")
        return 0
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    parameters = run_parameters(config, _sources_version(options, now))
    run_id = submit.submit_run(server, config, parameters, to, say)
    print(run_id, server.link("runs", run_id), sep="\n", flush=True)
    return _exit_code(_awaited(server, run_id)) if options.wait else 0


def _require_one_run(options: argparse.Namespace) -> None:
    """Refuse with --every what is said of one run: a fixed version would come from the cache."""
    told = {
        "--wait waits for one run": options.wait,
        "--sources-version is of one run, and a recurring one takes its times": (
            options.sources_version
        ),
    }
    for cause in (cause for cause, is_given in told.items() if options.every and is_given):
        raise ConfigError(cause, place="--every", remedy="leave out one")


def _sources_version(options: argparse.Namespace, otherwise: str) -> str:
    from pipelines.submit import require_version

    return require_version(options.sources_version) if options.sources_version else otherwise


def _awaited(server: "Server", run_id: str) -> "RunState":
    from pipelines.runs import wait_for_end

    say(f"Ctrl-C leaves it running; look again: spanbert status {run_id} --wait")
    return wait_for_end(server, run_id, say)


def _exit_code(ended: "RunState") -> int:
    from pipelines.runs import ENDS

    return ENDS[ended.state]


def _status(options: argparse.Namespace) -> int:
    from pipelines.runs import read_run
    from pipelines.server import Server

    server = Server(options.host)
    state = (_awaited if options.wait else read_run)(server, options.run)
    if options.json:
        print_json(asdict(state))
    else:
        print(_status_text(state))
    return _exit_code(state) if options.wait else 0


def _status_text(state: "RunState") -> str:
    lines = [f"{state.name} {state.run_id}: {state.state}", state.link]
    for step in state.steps:
        seconds = "" if step.seconds is None else f"{step.seconds:8.0f} s"
        lines.append(f"  {step.name:<24} {step.state:<10}{seconds}".rstrip())
    return "\n".join(lines + ([state.error] if state.error else []))


def _logs(options: argparse.Namespace) -> None:
    from spanbert.cluster.pods import follow_logs

    for line in follow_logs(options.namespace, options.run, options.step):
        print(line, flush=True)


def _cancel(options: argparse.Namespace) -> None:
    from pipelines.runs import cancel_run
    from pipelines.server import Server

    print(_status_text(cancel_run(Server(options.host), options.run, options.namespace, say)))


VERBS = (
    Verb(
        "submit",
        _submit,
        "the whole pipeline on a KFP server, once or by the clock",
        "--config my.toml --host https://HOST/pipeline --namespace me --wait",
        options={
            "--host": _HOST,
            "--namespace": _NAMESPACE,
            "--experiment": {"default": "", "metavar": "NAME", "help": "registry.experiment"},
            "--sources-version": {
                "default": "",
                "metavar": "WORD",
                "help": "what the text and questions are now: the same word again takes finished"
                " steps from KFP's cache; else the time",
            },
            "--wait": _WAIT,
            "--every": {
                "default": "",
                "metavar": "CRON",
                "help": "a recurring run, as second minute hour day month weekday",
            },
        },
    ),
    Verb(
        "status",
        _status,
        "how a submitted run and its steps are",
        "RUN --host https://HOST/pipeline --wait",
        config="none",
        options={
            "run": _RUN,
            "--host": _HOST,
            "--wait": _WAIT,
            "--json": {"action": "store_true", "help": "for programs"},
        },
    ),
    Verb(
        "logs",
        _logs,
        "what the steps of a submitted run print, until they end",
        "RUN pretrain --namespace me",
        config="none",
        options={
            "run": _RUN,
            "step": {"nargs": "?", "default": "", "metavar": "STEP", "help": "as status names it"},
            "--namespace": _NAMESPACE,
        },
    ),
    Verb(
        "cancel",
        _cancel,
        "end a submitted run and its Ray jobs",
        "RUN --host https://HOST/pipeline --namespace me",
        config="none",
        options={"run": _RUN, "--host": _HOST, "--namespace": _NAMESPACE},
    ),
)

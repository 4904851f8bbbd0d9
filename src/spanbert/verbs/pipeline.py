"""Verbs around the whole pipeline: run it, look at it, compile it, show its results."""

import argparse
import shlex
import sys

from spanbert.verbs.verb import FROM_SCRATCH, QUICKSTART, Verb, config_of


def _run(options: argparse.Namespace) -> None:
    from pipelines.local import run_folder_of, run_local
    from spanbert.report.terminal import results_table

    config = config_of(options)
    folder = run_folder_of(config)
    print(f"run {config.run_id} in {folder}", flush=True)
    results = run_local(
        config,
        lambda line: print(f"  {line}", flush=True),
        from_scratch=options.from_scratch,
        in_containers=options.in_containers,
    )
    print(results_table(results, str(folder / "report.html")))
    changes = [word for change in options.set for word in ("--set", change)]
    command = shlex.join([sys.argv[0], "ui", "--config", options.config, *changes])
    print(f"Open the MLflow UI with:\n  {command}")


def _ui(options: argparse.Namespace) -> None:
    from spanbert.registry.ui import serve_ui

    serve_ui(config_of(options), options.port)


def _compile(options: argparse.Namespace) -> None:
    from pipelines.compile import compile_pipeline

    compile_pipeline(options.output, config_of(options) if options.config or options.set else None)
    print(options.output)


def _report(options: argparse.Namespace) -> None:
    from spanbert.report.results import read_results, write_report

    write_report(read_results(options.results), options.output)
    print(options.output)


VERBS = (
    Verb(
        "run",
        _run,
        "the whole pipeline on this machine, no server needed",
        f"{QUICKSTART} --set training.steps=200",
        options={
            "--from-scratch": FROM_SCRATCH,
            "--in-containers": {
                "action": "store_true",
                "help": "each step as a container of cluster.image, by the container engine here",
            },
        },
    ),
    Verb(
        "ui",
        _ui,
        "the MLflow UI on the runs, for this machine only",
        f"{QUICKSTART} --port 5000",
        options={"--port": {"type": int, "default": 5000}},
    ),
    Verb(
        "compile",
        _compile,
        "the pipeline as YAML for a KFP server",
        "--output spanbert.yaml --config my.toml",
        writes=("--output",),
        config="optional",
    ),
    Verb(
        "report",
        _report,
        "results.json as one HTML page",
        "--results runs/RUN/results.json --output page.html",
        paths=("--results",),
        writes=("--output",),
        config="none",
    ),
)

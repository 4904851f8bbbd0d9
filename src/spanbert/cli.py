"""One verb per stage: parse, call, print."""

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from spanbert import __version__
from spanbert.config import Config, load_config, parse_config
from spanbert.errors import SpanbertError, storage_error

_INTERRUPTED = 130  # what a shell gives for Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code. Errors are one line on standard error."""
    options = _parser().parse_args(arguments)
    try:
        options.call(options)
    except KeyboardInterrupt:
        print("interrupted -> run the same command again to go on", file=sys.stderr)
        return _INTERRUPTED
    except (SpanbertError, OSError) as error:
        if options.debug:
            raise
        told = storage_error(error) if isinstance(error, OSError) else error
        print(f"spanbert: error: {told}", file=sys.stderr)
        return told.exit_code
    return 0


def _run(options: argparse.Namespace) -> None:
    from pipelines.local import run_folder_of, run_local
    from spanbert.report.summary import summary_table

    config = _config(options)
    folder = run_folder_of(config)
    print(f"run {config.run_id} in {folder}", flush=True)
    results = run_local(config, lambda line: print(f"  {line}", flush=True))
    print(summary_table(results, str(folder / "report.html")))
    changes = [word for change in options.set for word in ("--set", change)]
    command = shlex.join([sys.argv[0], "ui", "--config", options.config, *changes])
    print(f"Open the MLflow UI with:\n  {command}")


def _ui(options: argparse.Namespace) -> None:
    from spanbert.registry.ui import serve_ui

    serve_ui(_config(options), options.port)


def _compile(options: argparse.Namespace) -> None:
    from pipelines.compile import compile_pipeline

    compile_pipeline(options.output)
    print(options.output)


def _corpus(options: argparse.Namespace) -> None:
    from spanbert.corpus.documents import write_documents

    config = _config(options)
    documents, held_out = options.output / "documents", options.output / "held-out"
    _print_json(asdict(write_documents(documents, held_out, config.corpus)))


def _tokenizer(options: argparse.Namespace) -> None:
    from spanbert.tokenizer.artifact import build_tokenizer

    built = build_tokenizer(options.documents, options.output, _config(options).tokenizer)
    _print_json({"vocab_size": built.vocab_size})


def _shards(options: argparse.Namespace) -> None:
    from spanbert.shards.writer import write_shards

    settings = _config(options).shards
    report = write_shards(options.documents, options.tokenizer, options.output, settings)
    _print_json(asdict(report))


def _pretrain(options: argparse.Namespace) -> None:
    from spanbert.registry.tracking import Tracking
    from spanbert.training.ray_job import pretrain

    config = _config(options)
    tracking = Tracking(config)
    with tracking.step(config.run_id, "pretrain") as run:
        counts = pretrain(
            config,
            shards=options.shards,
            tokenizer=options.tokenizer,
            folder=options.output,
            work_root=Path(config.run.folder).absolute() / config.run_id / "work",
            tracking_uri=tracking.uri,
            tracking_run=run.run_id,
            say=_say,
        )
    _print_json(counts)


def _finetune_qa(options: argparse.Namespace) -> None:
    from spanbert.tasks.qa.train import finetune_qa

    config = _config(options)
    training = finetune_qa(
        options.output,
        start=options.start,
        tokenizer=options.tokenizer,
        model=config.model,
        config=config.qa,
        seed=config.run.seed,
        say=_say,
    )
    _print_json({"questions": training.num_questions, "final_loss": training.curve[-1]["loss"]})


def _predict_qa(options: argparse.Namespace) -> None:
    from spanbert.registry.folders import model_folder
    from spanbert.tasks.qa.predict import predict_file

    predict_file(model_folder(options.model, _config(options)), options.input, options.output)
    print(options.output)


def _score_qa(options: argparse.Namespace) -> None:
    from spanbert.evaluation.qa import score_qa

    _print_json(score_qa(options.gold, options.predictions))


def _evaluate_pretraining(options: argparse.Namespace) -> None:
    from spanbert.evaluation.held_out_file import evaluate_file
    from spanbert.registry.folders import model_folder

    config = _config(options)
    folder = model_folder(options.model, config)
    with tempfile.TemporaryDirectory() as scratch:
        _print_json(evaluate_file(folder, options.corpus, config, Path(scratch)))


def _report(options: argparse.Namespace) -> None:
    from spanbert.report.page import render
    from spanbert.report.results import read_results
    from spanbert.storage import write_text_atomic

    write_text_atomic(options.output, render(read_results(options.results)))
    print(options.output)


_CONFIG = "--config configs/quickstart.toml"


@dataclass(frozen=True)
class Verb:
    """One command: what it is called, what it calls, and what it takes."""

    name: str  # with its group, for example "predict qa"
    call: Callable[[argparse.Namespace], None]
    text: str
    example: str  # its options, as a user would type them
    paths: tuple[str, ...] = ()  # required options that are paths
    config: Literal["required", "optional", "none"] = "required"
    has_model: bool = False
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # as argparse has them

    def add_to(self, verbs: Any) -> None:
        """Make the parser of this verb."""
        example = f"example: spanbert {self.name} {self.example}"
        last = self.name.split()[-1]
        parser = verbs.add_parser(last, help=self.text, description=self.text, epilog=example)
        parser.set_defaults(call=self.call)
        parser.add_argument("--debug", action="store_true", help="show the trace of an error")
        if self.config != "none":
            required = self.config == "required"
            parser.add_argument("--config", required=required, metavar="TOML", help="settings")
            change = {"metavar": "SECTION.KEY=VALUE", "help": "change a setting; may be repeated"}
            parser.add_argument("--set", action="append", default=[], **change)
        if self.has_model:
            parser.add_argument("--model", required=True, help="folder or models:/name@alias")
        for path in self.paths:
            parser.add_argument(path, type=Path, required=True, metavar="PATH")
        for option, settings in self.options.items():
            parser.add_argument(option, **settings)


VERBS = (
    Verb(
        "run",
        _run,
        "the whole pipeline on this machine, no server needed",
        f"{_CONFIG} --set training.steps=200",
    ),
    Verb(
        "ui",
        _ui,
        "the MLflow UI on the runs, for this machine only",
        f"{_CONFIG} --port 5000",
        options={"--port": {"type": int, "default": 5000}},
    ),
    Verb(
        "compile",
        _compile,
        "the pipeline as YAML for a KFP server",
        "--output spanbert.yaml",
        paths=("--output",),
        config="none",
    ),
    Verb(
        "corpus",
        _corpus,
        "sources -> clean documents, some held out",
        f"{_CONFIG} --output data",
        paths=("--output",),
    ),
    Verb(
        "tokenizer",
        _tokenizer,
        "documents -> a vocabulary",
        f"{_CONFIG} --documents data/documents --output vocab",
        paths=("--documents", "--output"),
    ),
    Verb(
        "shards",
        _shards,
        "documents + vocabulary -> segments on disk",
        f"{_CONFIG} --documents data/documents --tokenizer vocab --output shards",
        paths=("--documents", "--tokenizer", "--output"),
    ),
    Verb(
        "pretrain",
        _pretrain,
        "shards -> a pre-trained encoder, on Ray",
        f"{_CONFIG} --shards shards --tokenizer vocab --output encoder",
        paths=("--shards", "--tokenizer", "--output"),
    ),
    Verb(
        "evaluate pretraining",
        _evaluate_pretraining,
        "masked-token loss on a text beside its unigram entropy, in nats",
        "--model encoder --corpus text.txt",
        paths=("--corpus",),
        config="optional",
        has_model=True,
    ),
    Verb(
        "finetune qa",
        _finetune_qa,
        "encoder -> a question answering model",
        f"{_CONFIG} --start encoder --tokenizer vocab --output qa",
        paths=("--tokenizer", "--output"),
        options={
            "--start": {
                "type": Path,
                "metavar": "PATH",
                "help": "model folder; random weights when left out",
            }
        },
    ),
    Verb(
        "predict qa",
        _predict_qa,
        "a SQuAD file -> question id to answer",
        "--model qa --input dev.json --output answers.json",
        paths=("--input", "--output"),
        config="optional",
        has_model=True,
    ),
    Verb(
        "score qa",
        _score_qa,
        "exact match and F1, in percent",
        "--gold dev.json --predictions answers.json",
        paths=("--gold", "--predictions"),
        config="none",
    ),
    Verb(
        "report",
        _report,
        "results.json as one HTML page",
        "--results runs/RUN/results.json --output page.html",
        paths=("--results", "--output"),
        config="none",
    ),
)


GROUPS = {
    "evaluate": "losses of a pre-trained model: pretraining",
    "finetune": "an encoder -> a model of one task: qa",
    "predict": "answers of a fine-tuned model: qa",
    "score": "predictions against gold: qa",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spanbert",
        description="Span-based pre-training: from raw text to a registered, scored encoder.",
        epilog=_examples(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"spanbert {__version__}")
    top = parser.add_subparsers(metavar="VERB", required=True)
    groups: dict[str, Any] = {}
    for verb in VERBS:
        group, _, rest = verb.name.partition(" ")
        if rest and group not in groups:
            part = top.add_parser(group, help=GROUPS[group], description=GROUPS[group])
            groups[group] = part.add_subparsers(metavar="WHAT", required=True)
        verb.add_to(groups[group] if rest else top)
    return parser


def _examples() -> str:
    return "examples:\n" + "\n".join(f"  spanbert {v.name} {v.example}" for v in VERBS)


def _config(options: argparse.Namespace) -> Config:
    if options.config is None:
        return parse_config("", options.set)
    return load_config(options.config, options.set)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=1))


if __name__ == "__main__":
    sys.exit(main())

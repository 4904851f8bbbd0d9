"""Run benchmarks, each in a process of its own, and write the page of their figures.

python -m benchmarks [--full | --toy] [--only step,masking] [--results FOLDER]
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.results import ROOT, Figure, failed, from_json, page, table, write_page
from benchmarks.table import BENCHMARKS

_LONGEST_S = 1800  # of one benchmark
Section = tuple[str, float | None, list[Figure]]


def main(arguments: list[str]) -> int:
    """Run what is asked for; 1 where a benchmark failed. A missed bound is no failure."""
    given = _parser().parse_args(arguments)
    inputs: list[str] = []
    files = (("--text", given.text), ("--questions", given.questions))
    files += (("--documents", given.documents), ("--sentences", given.sentences))
    for option, path in files:
        inputs += [option, str(path.absolute())] if path else []
    sections = [_run(name, given.scale, inputs) for name in given.only]
    command = " ".join(["python -m benchmarks", *arguments])
    suffix = "" if given.scale == "full" else f"-{given.scale}"
    path = write_page(page(sections, command), given.results, suffix)
    print(f"written: {path}")
    return int(any(figure.failure for _, _, figures in sections for figure in figures))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    scale = parser.add_mutually_exclusive_group()
    for name, text in (
        ("full", "all sizes and repetitions: half an hour on two cores"),
        ("toy", "see that everything runs; the figures mean nothing"),
    ):
        scale.add_argument(f"--{name}", dest="scale", action="store_const", const=name, help=text)
    parser.set_defaults(scale="quick")
    parser.add_argument("--only", type=_names, default=list(BENCHMARKS), metavar="NAME,NAME")
    parser.add_argument(
        "--text", type=Path, metavar="FILE", help="corpus for `corpus`; else made-up words"
    )
    parser.add_argument(
        "--questions", type=Path, metavar="FILE", help="SQuAD file for `qa`; else an example"
    )
    parser.add_argument(
        "--documents",
        type=Path,
        metavar="FILE",
        help="for `coref` and `coref_model`; else made-up ones",
    )
    parser.add_argument(
        "--sentences", type=Path, metavar="FILE", help="SST-2's train.tsv; else made-up ones"
    )
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    return parser


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        known = ", ".join(BENCHMARKS)
        raise argparse.ArgumentTypeError(f"no benchmark {', '.join(unknown)}; there are {known}")
    return names


def _run(name: str, scale: str, inputs: list[str]) -> Section:
    """One benchmark's figures, or the row that says how it failed."""
    print(f"{name} ...", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        output, log = Path(folder) / "figures.json", Path(folder) / "log.txt"
        problem = _call([name, scale, str(output), *inputs], log)
        section = _section(name, output, problem or _last_line(log))
        if not output.exists():
            print(log.read_text(errors="replace")[-4000:], file=sys.stderr)
    print(f"{table(section[2], section[1])}\n{time.monotonic() - began:.0f} s\n", flush=True)
    return section


def _section(name: str, output: Path, problem: str) -> Section:
    if not output.exists():
        return name, None, [failed(name, problem)]
    answer = json.loads(output.read_text())
    return name, answer["thread_ratio"], from_json(answer["figures"])


def _call(arguments: list[str], log: Path) -> str:
    """Run a child to its end; returns what stopped it from outside, or ""."""
    command = [sys.executable, "-m", "benchmarks.child", *arguments]
    with log.open("w") as handle:
        child = subprocess.Popen(
            command, stdout=handle, stderr=subprocess.STDOUT, cwd=ROOT, start_new_session=True
        )
        try:
            child.wait(_LONGEST_S)
            return ""
        except subprocess.TimeoutExpired:
            return f"not done after {_LONGEST_S} s"
        finally:
            _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Stop a child that still runs, and what it left running in its own session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "ended without a word"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

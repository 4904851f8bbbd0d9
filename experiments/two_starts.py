"""A task fine-tuned from an encoder and by the same network from random weights, scored on dev.

What is finished is kept, so the same command goes on.

    python experiments/two_starts.py --kind qa --name squad --encoder E --config C --state S
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from spanbert.config import Config, load_config
from spanbert.storage import write_text_atomic
from spanbert.tasks.kinds import KINDS, recipe_of

SEED = 1907


def run(kind: str, name: str, encoder: Path, config: Config, state: Path) -> None:
    """Fine-tune and score from both starts; print a row for each."""
    state.mkdir(parents=True, exist_ok=True)
    for label, start in (("pre-trained", encoder), ("random weights", None)):
        kept = state / f"{name} {label}.json"
        if not kept.exists():
            folder = state / f"{name}-{label}".replace(" ", "-")
            found = _scored(kind, folder, start, encoder, config)
            write_text_atomic(kept, json.dumps(found, indent=1))
        figures = _figures(json.loads(kept.read_text()))
        print(f"{name} from {label}: {figures}", flush=True)


def _scored(
    kind: str, folder: Path, start: Path | None, tokenizer: Path, config: Config
) -> dict[str, Any]:
    called, recipe, began_s = KINDS[kind](), recipe_of(config, kind), time.monotonic()
    if not folder.exists():
        called.finetune(
            folder,
            start=start,
            tokenizer=tokenizer,
            model=config.model,
            config=recipe,
            seed=SEED,
            work=folder.with_suffix(".work"),
            say=lambda line: print(line, flush=True),
        )
    found = called.evaluate(folder, recipe, show_examples=False, say=print)
    del found[called.rows]
    return found | {"seconds": round(time.monotonic() - began_s)}


def _figures(found: dict[str, Any]) -> str:
    """The numbers of a result, those of one level below as well."""
    told: dict[str, float] = {}
    for name, value in found.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        told |= {
            f"{name} {part}".strip(): one
            for part, one in inner
            if isinstance(one, int | float) and not isinstance(one, bool)
        }
    return ", ".join(f"{name} {one:.2f}" for name, one in told.items())


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kind", choices=list(KINDS), required=True)
    for name in ("state", "encoder", "config"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--set", action="append", default=[])
    given = parser.parse_args(arguments)
    config = load_config(given.config, given.set)
    run(given.kind, given.name, given.encoder, config, given.state)


if __name__ == "__main__":
    main(sys.argv[1:])

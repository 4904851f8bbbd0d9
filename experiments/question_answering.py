"""Questions answered by a fine-tuned encoder and by the same network from random weights.

`unanswerable` makes a training file in SQuAD 2.0's layout of files without impossible questions: a
part of the questions is asked again of the next paragraph that does not hold their answers. `run`
fine-tunes from both starts and scores dev; what is finished is kept, so the same command goes on.

    python experiments/question_answering.py unanswerable --output F --fraction 0.5 SQUAD...
    python experiments/question_answering.py run --state S --name 1.1 --encoder E --config C
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spanbert.config import load_config
from spanbert.rng import stream
from spanbert.storage import write_text_atomic
from spanbert.tasks.contents import load_json
from spanbert.tasks.qa.evaluate import evaluate_qa
from spanbert.tasks.qa.train import finetune_qa

SEED = 1907


def unanswerable(files: list[Path], fraction: float) -> dict[str, Any]:
    """SQuAD 2.0: all questions of the files, and a fraction of them where they have no answer."""
    paragraphs = [p for path in files for a in load_json(path)["data"] for p in a["paragraphs"]]
    made = []
    for number, paragraph in enumerate(paragraphs):
        following = paragraphs[(number + 1) % len(paragraphs)]
        questions = [dict(q, is_impossible=False) for q in paragraph["qas"]]
        made.append({"context": paragraph["context"], "qas": questions})
        asked = list(_impossible(paragraph, following["context"], number, fraction))
        made.append({"context": following["context"], "qas": asked})
    return {"version": "v2.0", "data": [{"title": "", "paragraphs": made}]}


def _impossible(
    paragraph: dict[str, Any], other: str, number: int, fraction: float
) -> Iterator[dict[str, Any]]:
    drawn = stream(SEED, "unanswerable", number).random(len(paragraph["qas"])) < fraction
    for question, is_drawn in zip(paragraph["qas"], drawn.tolist(), strict=True):
        texts = [answer["text"].lower() for answer in question["answers"]]
        if is_drawn and not any(text in other.lower() for text in texts):
            yield question | {"id": f"{question['id']}-no", "answers": [], "is_impossible": True}


def run(state: Path, name: str, encoder: Path, config_path: Path, overrides: list[str]) -> None:
    """Fine-tune from the encoder and from random weights; print a row for each."""
    config = load_config(config_path, overrides)
    state.mkdir(parents=True, exist_ok=True)
    for label, start in (("pre-trained", encoder), ("random weights", None)):
        kept = state / f"{name} {label}.json"
        if not kept.exists():
            folder, began = state / f"{name} {label}".replace(" ", "-"), time.monotonic()
            if not folder.exists():
                finetune_qa(
                    folder,
                    start=start,
                    tokenizer=encoder,
                    model=config.model,
                    config=config.qa,
                    seed=SEED,
                    work=state / f"{folder.name}.work",
                    say=print,
                )
            found = evaluate_qa(folder, config.qa)
            del found["questions"]
            found["seconds"] = round(time.monotonic() - began)
            write_text_atomic(kept, json.dumps(found, indent=1))
        _print_row(name, label, json.loads(kept.read_text()))


def _print_row(name: str, label: str, found: dict[str, Any]) -> None:
    figures = f"exact match {found['exact_match']:.2f}, F1 {found['f1']:.2f}"
    print(f"{name} from {label}: {figures} on {found['num_questions']} questions")
    for part in found["analysis"]["by_answerability"]:
        print(f"  {part['name']}: F1 {part['f1']:.2f} of {part['num_questions']}")


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    make = verbs.add_parser("unanswerable")
    make.add_argument("files", type=Path, nargs="+")
    make.add_argument("--output", type=Path, required=True)
    make.add_argument("--fraction", type=float, default=0.5)
    tune = verbs.add_parser("run")
    for name in ("state", "encoder", "config"):
        tune.add_argument(f"--{name}", type=Path, required=True)
    tune.add_argument("--name", required=True)
    tune.add_argument("--set", action="append", default=[])
    given = parser.parse_args(arguments)
    if given.verb == "run":
        run(given.state, given.name, given.encoder, given.config, given.set)
    else:
        content = unanswerable(given.files, given.fraction)
        write_text_atomic(given.output, json.dumps(content, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])

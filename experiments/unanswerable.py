"""Files of questions -> a training file in SQuAD 2.0's layout with questions that have no answer.

A part of the questions is asked again of the next paragraph that does not hold their answers.

    python experiments/unanswerable.py --output F --fraction 0.5 SQUAD...
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spanbert.rng import stream
from spanbert.storage import write_text_atomic
from spanbert.tasks.contents import load_json

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


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--fraction", type=float, default=0.5)
    given = parser.parse_args(arguments)
    content = unanswerable(given.files, given.fraction)
    write_text_atomic(given.output, json.dumps(content, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])

"""Hand-made relations in TACRED's fields and in other layouts, which a tiny model can learn."""

import json
from itertools import product
from pathlib import Path
from typing import Any

_PEOPLE, _PLACES = ("Ann", "Old Bob", "the miller"), ("Oslo", "the mill", "St. Ives")
_RELATIONS = {"born in": "per:origin", "owner of": "per:owner", "far from": "no_relation"}


def record(
    number: int, words: str, subject: str, object_: str, relation: str, **other: Any
) -> dict[str, Any]:
    """One example: a sentence, and two entities by their words in it."""
    token = words.split()
    places = {}
    for role, entity in (("subj", subject), ("obj", object_)):
        own = entity.split()
        start = next(i for i in range(len(token)) if token[i : i + len(own)] == own)
        places |= {f"{role}_start": start, f"{role}_end": start + len(own) - 1}
    types = {"subj_type": "PERSON", "obj_type": "CITY"}
    return {"id": f"e{number}", "token": token, **places, **types, "relation": relation} | other


def records() -> list[dict[str, Any]]:
    """27 examples, nine of each relation."""
    combinations = product(_RELATIONS.items(), _PEOPLE, _PLACES)
    return [
        record(number, f"{who} was {words} {where} .", who, where, relation)
        for number, ((words, relation), who, where) in enumerate(combinations)
    ]


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as a JSON object a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def write_semeval(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as blocks of SemEval-2010 task 8, numbered from 1."""
    blocks: list[str] = []
    for number, row in enumerate(rows, start=1):
        words = list(row["token"])
        for role, tag in (("subj", "e1"), ("obj", "e2")):
            words[row[f"{role}_start"]] = f"<{tag}>{words[row[f'{role}_start']]}"
            words[row[f"{role}_end"]] += f"</{tag}>"
        blocks.append(f'{number}\t"{" ".join(words)}"\r\n{row["relation"]}\r\nComment:\r\n\r\n')
    path.write_bytes("".join(blocks).encode())
    return path


def write_fewrel(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as FewRel's object of relations."""
    content: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        mentions = {
            key: ["", "", [list(range(row[f"{role}_start"], row[f"{role}_end"] + 1))]]
            for key, role in (("h", "subj"), ("t", "obj"))
        }
        content.setdefault(row["relation"], []).append({"tokens": row["token"], **mentions})
    path.write_text(json.dumps(content))
    return path

"""Predicted relations <-> files: id and relation parted by a tab, or lines of JSON.

The first is SemEval's layout; the second, for a name that ends in .jsonl, has "id", "relation" and
"probabilities". TACRED's, a relation a line in the order of the gold file, is read too.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from spanbert.errors import DataError
from spanbert.storage import write_text_atomic
from spanbert.tasks.classification.classifier import Prediction
from spanbert.tasks.contents import cells_of, parse_json, read_lines


def write_relations(predictions: Sequence[Prediction], path: Path) -> None:
    """Write what is predicted of each example, in the layout that the file's name asks for.

    Raises:
        StorageError: the disk refused.
    """
    line = _json_line if path.suffix == ".jsonl" else _plain_line
    write_text_atomic(path, "".join(f"{line(prediction)}\n" for prediction in predictions))


def read_predicted(path: Path, ids: Sequence[str]) -> Mapping[str, str]:
    """What is predicted of examples, by id.

    Args:
        ids: of the gold examples, in their order.

    Raises:
        DataError: the file cannot be read, a line is in no known layout, an id is there twice, or
            it has not a line for each example where lines have no ids.
    """
    predicted: dict[str, str] = {}
    for place, (number, line) in enumerate(read_lines(path)):
        named, relation = _read(line, f"{path}:{number}")
        name = named or (ids[place] if place < len(ids) else f"line {number}")
        if name in predicted:
            cause, remedy = f"id {name!r} was there before", "write one line for each example"
            raise DataError(cause, place=f"{path}:{number}", remedy=remedy)
        predicted[name] = relation
    known = set(ids)
    missing = [name for name in ids if name not in predicted]
    others = [name for name in predicted if name not in known]
    if missing or others:
        told = f"{missing[0]!r} has no prediction" if missing else f"{others[0]!r} is no example"
        cause = f"{len(predicted)} predictions of {len(ids)} examples: {told}"
        raise DataError(cause, place=str(path), remedy="pass the predictions of this gold file")
    return predicted


def _plain_line(prediction: Prediction) -> str:
    return f"{prediction.id}\t{prediction.label}"


def _json_line(prediction: Prediction) -> str:
    row = {"id": prediction.id, "relation": prediction.label}
    return json.dumps(row | {"probabilities": prediction.probabilities}, ensure_ascii=False)


def _read(line: bytes | None, place: str) -> tuple[str | None, str]:
    """The id, if there is one, and the relation of a line."""
    try:
        if line is not None and line.startswith(b"{"):
            row = parse_json(line)
            cells = [row["id"], row["relation"]]
        else:
            cells = cells_of(line)
        if len(cells) > 2 or not all(isinstance(cell, str) and cell for cell in cells):
            raise ValueError("not one or two cells")
        *named, relation = cells
    except (KeyError, TypeError, ValueError) as error:
        remedy = "make the file with `spanbert predict relations`"
        raise DataError("not an id and a relation", place=place, remedy=remedy) from error
    return (named[0] if named else None), relation

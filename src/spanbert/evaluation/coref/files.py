"""A key and a response, in CoNLL columns or lines of JSON -> what `spanbert score coref` prints."""

from pathlib import Path

from spanbert.errors import DataError
from spanbert.evaluation.coref.scores import coref_scores
from spanbert.tasks.coref.document import Clusters
from spanbert.tasks.coref.layouts.recognised import read_records


def score_coref(key: Path, response: Path) -> dict[str, dict[str, float] | float]:
    """The scores of all documents of the key, as `coref_scores` gives them.

    `total` counts them, `missing` those of them that the response lacks.

    As in the reference scorer, a document that the response lacks has no cluster there, one that
    the key lacks does not count, and mentions are compared by their places alone.

    **Differs:** an id that is used twice in a file is refused; there the last one counts.

    Raises:
        DataError: a file cannot be read, holds no document, or has anything that is broken.
        IntegrityError: a file expands like a decompression bomb.
        DependencyError: SciPy is not installed, or zstandard for a .zst file.
    """
    gold, predicted = _clusters(key), _clusters(response)
    scores = coref_scores((clusters, predicted.get(name, ())) for name, clusters in gold.items())
    return scores | {"total": len(gold), "missing": len(gold.keys() - predicted.keys())}


def _clusters(path: Path) -> dict[str, Clusters]:
    """The clusters of each document by its id."""
    found: dict[str, Clusters] = {}
    _, records = read_records(path)
    for record in records:
        if record.fault or not record.document:
            raise _broken(path, record.line, record.id, record.fault)
        for reason, line in record.mention_faults:
            raise _broken(path, line, record.id, f"a mention is broken: {reason}")
        if record.document.id in found:
            raise _broken(path, record.line, record.id, "its id was used before")
        found[record.document.id] = record.document.clusters
    return found


def _broken(path: Path, line: int, document_id: object, fault: str) -> DataError:
    cause = f"document {document_id!r} cannot be scored: {fault}"
    return DataError(cause, place=f"{path}:{line}", remedy="correct the file")

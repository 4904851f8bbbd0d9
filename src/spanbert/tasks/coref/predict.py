"""A model and a file of documents -> the file with predicted clusters; a raw text -> its clusters.

A file comes out in the layout in which it came: CoNLL columns are kept as they are but for the
last, and fields of JSON but for the clusters.
"""

from pathlib import Path
from typing import Any

from spanbert.progress import Say, silent
from spanbert.tasks.coref.document import CorefDocument
from spanbert.tasks.coref.documents import read_documents
from spanbert.tasks.coref.raw_text import shown_span
from spanbert.tasks.coref.resolver import CoreferenceResolver
from spanbert.tasks.coref.writing import write_json_response, write_response
from spanbert.tasks.distinct import require_distinct
from spanbert.tasks.ledger import tell_skipped


def predict_file(model: Path, input_file: Path, output_file: Path, *, say: Say = silent) -> int:
    """Resolve the documents of a file; returns how many there are.

    Args:
        model: a folder.
        say: hears what was left out of the input.

    Raises:
        ConfigError: both files are the same.
        CheckpointError, IntegrityError: as `CoreferenceResolver.load`.
        DataError: the input cannot be used.
        NumericsError: a score is not finite.
        StorageError: the output cannot be written.
    """
    require_distinct(input_file, output_file)
    file = read_documents(input_file)
    tell_skipped(input_file, file.skipped, say)
    found = CoreferenceResolver.load(model).stream(file.documents)
    documents = [one.document for one in found]
    if file.layout == "conll":
        write_response(input_file, documents, output_file)
    else:
        write_json_response(input_file, documents, output_file)
    return len(documents)


def clusters_in_text(document: CorefDocument) -> list[list[dict[str, Any]]]:
    """The clusters of a document made from raw text: each mention's characters and text.

    "start" and "end" are half-open offsets into the text.
    """
    assert document.text is not None
    clusters: list[list[dict[str, Any]]] = []
    for cluster in document.clusters:
        places = [shown_span(document, span) for span in cluster]
        texts = [document.text[start:end] for start, end in places]
        clusters.append(
            [
                {"start": start, "end": end, "text": text}
                for (start, end), text in zip(places, texts, strict=True)
            ]
        )
    return clusters

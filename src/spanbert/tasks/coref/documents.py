"""Files of documents with clusters -> documents that can be used: CoNLL-2012 or lines of JSON.

What cannot be used is left out with a reason and counted; where that is much, the file is refused.
`layouts/` reads the files, `writing.py` writes them.
"""

from dataclasses import dataclass
from pathlib import Path

from spanbert.errors import DataError
from spanbert.tasks.coref.document import CorefDocument as CorefDocument
from spanbert.tasks.coref.layouts.recognised import Layout, read_records
from spanbert.tasks.ledger import Ledger


@dataclass(frozen=True)
class DocumentFile:
    """The usable documents of a file, in order, and what was left out."""

    documents: list[CorefDocument]
    skipped: dict[str, int]  # documents and mentions by reason
    layout: Layout


def read_documents(path: Path) -> DocumentFile:
    """The documents of a file, in whichever layout it is; each part of one is a document.

    Raises:
        DataError: the file cannot be read, is in no known layout, holds no document, or more than
            1 % of its documents or of its mentions are broken.
        IntegrityError: it expands like a decompression bomb.
        DependencyError: it is .zst and zstandard is not installed.
    """
    documents: dict[str, CorefDocument] = {}
    seen, mentions = Ledger("document", "document"), Ledger("mention", "document")
    layout, records = read_records(path)
    for record in records:
        seen.num_seen += 1
        fault = record.fault
        if record.document and not record.document.num_words:
            fault = "it has no word"
        elif record.document and record.document.id in documents:
            fault = "its id was used before"
        if fault or not record.document:
            seen.leave_out(fault, record.id, record.line)
            continue
        mentions.num_seen += record.num_mentions
        for reason, line in record.mention_faults:
            mentions.leave_out(reason, record.id, line)
        documents[record.document.id] = record.document
    seen.require_few(path)
    mentions.require_few(path)
    if not documents:
        raise DataError("no document", place=str(path), remedy="pass a file with documents")
    return DocumentFile(list(documents.values()), dict(seen.reasons + mentions.reasons), layout)

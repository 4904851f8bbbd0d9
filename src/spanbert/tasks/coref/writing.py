"""Documents with clusters -> files: CoNLL-2012, lines of JSON, or a key with other clusters."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from spanbert.errors import DataError
from spanbert.storage import write_text_atomic
from spanbert.tasks.contents import every_line, is_text, parse_json, read_lines
from spanbert.tasks.coref.document import CorefDocument, Span
from spanbert.tasks.coref.layouts.brackets import bracket_cells
from spanbert.tasks.coref.layouts.conll_lines import (
    begin_line,
    begun_id,
    cells_of,
    is_comment,
    is_end,
    name_and_part,
    speaker_of,
    with_last_cell,
)
from spanbert.tasks.coref.layouts.json_lines import json_records


def write_conll(documents: Iterable[CorefDocument], path: Path) -> None:
    """Write words, speakers and clusters, 12 columns parted by tabs; the others say nothing.

    Read again, the documents are equal, but for the order of clusters (that of their first
    mentions) and for raw texts, which CoNLL cannot hold.

    Raises:
        DataError: the layout cannot hold a document: two mentions of one cluster cross, or a word,
            a speaker or an id has characters that part columns.
        StorageError: the disk refused.
    """
    write_text_atomic(path, "".join(line for one in documents for line in _conll_lines(one)))


def write_json_lines(documents: Iterable[CorefDocument], path: Path) -> None:
    """Write everything that a document holds.

    Raises:
        StorageError: the disk refused.
    """
    lines = (_json_line(_fields(one)) for one in documents)
    write_text_atomic(path, "".join(lines))


def write_json_response(key: Path, documents: Iterable[CorefDocument], path: Path) -> None:
    """Write lines of JSON anew with the clusters of these documents and all else as it was.

    A document of the key that is not among them is left out.

    Raises:
        DataError: the key cannot be read.
        StorageError: the disk refused.
    """
    predicted = {document.id: document for document in documents}
    lines: list[str] = []
    for record, (_, content) in zip(json_records(read_lines(key)), read_lines(key), strict=True):
        document = predicted.pop(str(record.id), None) if record.document else None
        if document is not None and content is not None:
            fields = parse_json(content) | {"clusters": _json_clusters(document)}
            lines.append(_json_line(fields))
    write_text_atomic(path, "".join(lines))


def write_response(key: Path, documents: Iterable[CorefDocument], path: Path) -> None:
    """Write a CoNLL file anew with the clusters of these documents and all else as it was.

    A document of the key that is not among them has no clusters then.

    Raises:
        DataError: the key cannot be read, has another number of words, or lacks a document; or two
            mentions of one cluster cross.
        StorageError: the disk refused.
    """
    predicted = {document.id: document for document in documents}
    found: set[str] = set()
    lines: list[str] = []
    cells: Iterator[str] | None = None
    current = ""
    for number, content in every_line(key):
        line = _text(content, key, number)
        begun = begun_id(line)
        if begun is not None:
            current = begun
            found.add(begun)
            cells = iter(_cells(predicted[begun])) if begun in predicted else None
        elif is_end(line):
            if cells is not None and next(cells, None) is not None:
                raise _other_words(key, number, current)
            cells = None
        elif line.strip() and not is_comment(line):
            cell = "-" if cells is None else next(cells, "")
            if not cell:
                raise _other_words(key, number, current)
            line = with_last_cell(line, cell)
        lines.append(line)
    for missing in predicted.keys() - found:
        remedy = "pass the file that the documents were read from"
        raise DataError(f"no document {missing!r}", place=str(key), remedy=remedy)
    write_text_atomic(path, "\n".join(lines))


def _other_words(key: Path, line: int, document_id: str) -> DataError:
    cause = f"document {document_id!r} has another number of words here"
    remedy = "pass the file that the documents were read from"
    return DataError(cause, place=f"{key}:{line}", remedy=remedy)


def _text(content: bytes | None, path: Path, line: int) -> str:
    try:
        if content is not None:
            return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    raise DataError("not UTF-8", place=f"{path}:{line}", remedy="convert it to UTF-8")


def _cells(document: CorefDocument) -> list[str]:
    try:
        return bracket_cells(document.clusters, document.num_words)
    except DataError as error:
        cause = f"document {document.id!r}: {error.cause}"
        raise DataError(cause, remedy=error.remedy) from error


def _conll_lines(document: CorefDocument) -> Iterator[str]:
    title, cells = begin_line(document.id), iter(_cells(document))
    if begun_id(title) != document.id:
        raise _unwritable(document.id, document)
    yield f"{title}\n"
    name, part = name_and_part(document.id)
    for words, speakers in zip(document.sentences, document.speakers, strict=True):
        for place, (word, speaker) in enumerate(zip(words, speakers, strict=True)):
            columns = [name, str(int(part or 0)), str(place), word, "-", "*", "-", "-", "-"]
            line = "\t".join([*columns, speaker or "-", "*", next(cells)])
            read = cells_of(line)
            is_broken = "\n" in line or "\r" in line
            if is_broken or read[3:4] != [word] or speaker_of(read) != speaker:
                raise _unwritable(f"{word} ({speaker})", document)
            yield f"{line}\n"
        yield "\n"
    yield "#end document\n"


def _unwritable(what: str, document: CorefDocument) -> DataError:
    cause = f"document {document.id!r} holds {what!r}, which columns cannot"
    return DataError(cause, remedy="write it as .jsonl")


def _json_line(fields: dict[str, object]) -> str:
    line = json.dumps(fields, ensure_ascii=False)
    return (line if is_text(line) else json.dumps(fields)) + "\n"


def _json_clusters(document: CorefDocument) -> list[list[Span]]:
    """Clusters with the last word of each mention in place of its end."""
    return [[(start, end - 1) for start, end in one] for one in document.clusters]


def _fields(document: CorefDocument) -> dict[str, object]:
    fields: dict[str, object] = {
        "doc_key": document.id,
        "sentences": document.sentences,
        "speakers": [[name or "-" for name in names] for names in document.speakers],
        "clusters": _json_clusters(document),
    }
    if document.text is not None:
        fields |= {"text": document.text, "offsets": document.offsets}
    return fields

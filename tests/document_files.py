"""Documents artifacts of a few documents a file: real ones hold 64 MiB in each."""

import json
from dataclasses import asdict
from pathlib import Path

import zstandard

from spanbert.corpus.documents import Document, read_documents
from spanbert.storage import publish


def write_files(files: list[list[Document]], folder: Path) -> Path:
    """An artifact of these documents, file by file."""
    with publish(folder, "documents") as draft:
        for number, documents in enumerate(files):
            lines = [json.dumps(asdict(d), ensure_ascii=False) + "\n" for d in documents]
            with zstandard.open(draft.folder / f"documents-{number:05d}.jsonl.zst", "wb") as file:
                file.write("".join(lines).encode())
    return folder


def spread(documents: Path, folder: Path, per_file: int) -> Path:
    """The documents of an artifact over more files."""
    found = list(read_documents(documents))
    return write_files([found[i : i + per_file] for i in range(0, len(found), per_file)], folder)


def documents_of(texts: list[str]) -> list[Document]:
    """A document of each text."""
    return [Document(f"d{number}", text, "here", "") for number, text in enumerate(texts)]

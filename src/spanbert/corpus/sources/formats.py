"""What a file holds: by its name, or by its first bytes where the name does not tell."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from spanbert.corpus.sources.encoding import BOM
from spanbert.corpus.sources.packed import PACKINGS
from spanbert.corpus.sources.unreadable import Unreadable

SNIFFED_BYTES = 4096
WIKI = ".wiki"  # WikiExtractor's own; its files have no suffix

_OPENING = re.compile(rb"<doc\s+id=[\"']")
_OBJECT = re.compile(rb"\{\s*\"")
_LINE_FORMATS = (".txt", ".json", ".jsonl", ".csv", ".tsv")
_WHOLE_FORMATS = (".parquet", ".zip")  # are read from their end, so not packed once more


def format_of(name: str) -> tuple[str, str] | None:
    """Record format and packing, as suffixes; the format is "" where the name has no suffix.

    None if the suffix is of no known format.
    """
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    packing = suffix if suffix in PACKINGS else ""
    record_format = path.with_suffix("").suffix.lower() if packing else suffix
    if record_format in ("", *_LINE_FORMATS) or (record_format in _WHOLE_FORMATS and not packing):
        return record_format, packing
    return None


def sniffed_format(blocks: Iterable[bytes]) -> str | None:
    """The format of WikiExtractor's output, from its beginning; None for anything else.

    What holds nothing is text.

    Raises:
        Unreadable: it breaks off before its beginning can be told.
    """
    text = _head(blocks).removeprefix(BOM).lstrip()
    if _OPENING.match(text):
        return WIKI
    if _OBJECT.match(text):
        return ".jsonl"
    return None if text else ".txt"


def _head(blocks: Iterable[bytes]) -> bytes:
    """The first bytes; some decompressors give empty blocks before them."""
    head = b""
    try:
        for block in blocks:
            head += block
            if len(head) >= SNIFFED_BYTES:
                break
    except Unreadable:
        if not head:
            raise
    return head

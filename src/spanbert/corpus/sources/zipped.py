"""A zip archive -> the records of its members, in the order of their names.

Nothing is unpacked to disk, so that a member's name is only a name.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources.formats import format_of, sniffed_format
from spanbert.corpus.sources.line_formats import line_records
from spanbert.corpus.sources.packed import PACKED_RATIO, PACKINGS, Expansion
from spanbert.corpus.sources.rows import Origin, records_or_empty
from spanbert.corpus.sources.unread import with_unread_bytes
from spanbert.corpus.sources.unreadable import Unreadable

MAX_DIRECTORY_BYTES = 8 * 2**20  # of the list of members: some 100 000 of them
_BLOCK_BYTES = 2**20
_ARCHIVES = (".zip", ".tar", ".tgz", ".tbz", ".txz", ".7z", ".rar", *PACKINGS)
# LZMA is left out: in a zip it may ask for 4 GiB of memory.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_IS_ENCRYPTED = 0x1  # among a member's flags
# What `zipfile` and what it calls raise on damage; an OSError without a number is of bz2.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)


def zip_records(path: Path, origin: Origin, config: CorpusConfig) -> Iterator[Record | Rejected]:
    """Records of all members; one that cannot be read is rejected by its name.

    Hidden files are left out, as they are in a folder.

    Raises:
        IntegrityError: it expands like a decompression bomb.
        DataError: a table has no column for the text.
        OSError: the system refused to read the file.
    """
    expansion, packed_bytes = Expansion(origin.place), path.stat().st_size
    with path.open("rb", buffering=0) as raw:
        try:
            archive = zipfile.ZipFile(_LimitedFile(raw))
            members = sorted(archive.infolist(), key=lambda member: member.filename)
        except (Unreadable, *_DAMAGE) as error:
            yield Rejected(origin.place, None, _reason(error))
            return
        for member in members:
            if not (member.is_dir() or _is_hidden(member.filename)):
                name, place = (f"{of}/{member.filename}" for of in (origin.name, origin.place))
                blocks = partial(_blocks, archive, member, expansion, packed_bytes)
                yield from _member(member, blocks, replace(origin, name=name, place=place), config)


class _LimitedFile(io.BufferedReader):
    """A file that does not give a list of members which would fill the memory."""

    def read(self, size: int | None = -1, /) -> bytes:
        """As asked for, within the limit."""
        if size is not None and size > MAX_DIRECTORY_BYTES:
            raise Unreadable("too_many_members")
        return super().read(size)


def _is_hidden(name: str) -> bool:
    """Whether a part of a name is; "..", which leads nowhere here, is not."""
    parts = (part for part in PurePosixPath(name).parts if part != "..")
    return any(part.startswith((".", "__MACOSX")) for part in parts)


def _member(
    member: zipfile.ZipInfo,
    blocks: Callable[[], Iterator[bytes]],
    origin: Origin,
    config: CorpusConfig,
) -> Iterator[Record | Rejected]:
    try:
        record_format = _format(member, blocks)
    except Unreadable as error:
        size_bytes = member.compress_size * PACKED_RATIO
        yield Rejected(origin.place, None, error.reason, unread_bytes=size_bytes)
        return
    records = line_records(blocks(), record_format, origin, config.txt_documents)
    size_bytes = member.compress_size * PACKED_RATIO
    yield from records_or_empty(with_unread_bytes(records, size_bytes, None), origin)


def _format(member: zipfile.ZipInfo, blocks: Callable[[], Iterator[bytes]]) -> str:
    if member.flag_bits & _IS_ENCRYPTED:
        raise Unreadable("encrypted")
    if member.filename.lower().endswith(_ARCHIVES):
        raise Unreadable("nested_archive")
    record_format, _ = format_of(member.filename) or (None, "")
    if member.file_size == 0:
        record_format = ".txt"
    if record_format == "":
        record_format = sniffed_format(blocks())
    if record_format in (None, ".parquet") or member.compress_type not in _METHODS:
        raise Unreadable("unknown_format")
    return record_format


def _blocks(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, expansion: Expansion, packed_bytes: int
) -> Iterator[bytes]:
    """A member's content; the ratio is that of all members to the archive, since they may share."""
    try:
        with archive.open(member) as content:
            while block := content.read(_BLOCK_BYTES):
                expansion.count(len(block), packed_bytes)
                yield block
    except _DAMAGE as error:
        raise Unreadable(_reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, Unreadable):
        return error.reason
    if isinstance(error, OSError) and error.errno:  # the system refused
        raise error
    return "truncated_file" if isinstance(error, EOFError) else "corrupt_file"

"""Files and named datasets -> raw records, with a place for each one that cannot be read.

Text and JSONL are read by line, as bytes: what is broken is rejected with its file and byte offset
and the rest of the file is still used. `documents.py` cleans, counts and keeps what comes out here.
"""

import glob
import hashlib
import importlib
import itertools
import json
import lzma
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.records import Record, Rejected
from spanbert.errors import ConfigError, DataError, DependencyError, IntegrityError, storage_error
from spanbert.storage import sha256_of

MAX_RECORD_BYTES = 128 * 2**20  # a longer document or line is rejected, which bounds memory
# Text shrinks by less than 10 and logs by some 100; only made-up files pass 1000. Small files may
# shrink by any ratio, since they cannot fill a disk.
MAX_EXPANSION = 1000
UNCHECKED_BYTES = 64 * 2**20
PLAIN_BLOCK_BYTES = 2**20
# One zstd block of 4 bytes can stand for 128 KiB, so this much input makes 32 MiB at the most.
PACKED_BLOCK_BYTES = 1024
XZ_MEMORY_BYTES = 2**30  # `xz -9` needs 65 MiB
PARQUET_BATCH_ROWS = 256

_LINE_FORMATS = (".txt", ".json", ".jsonl")
_PACKED = (".gz", ".xz", ".zst")
_LABELS = ("id", "source", "licence", "license")
_HUB_SOURCE = re.compile(r"hf:(?P<name>[^@:\s]+)(@(?P<config>[^@:\s]+))?(:(?P<split>\w+))?")


@dataclass(frozen=True, slots=True)
class _LocalFile:
    """One file that a source names."""

    path: Path
    name: str  # relative to the fixed part of its pattern: moving the folder changes nothing
    record_format: str  # a suffix: .txt, .json, .jsonl or .parquet
    packing: str  # a suffix, or "" for none


@dataclass(frozen=True, slots=True)
class _HubDataset:
    """One split of a dataset that `datasets` can load by name."""

    entry: str  # as in the settings
    name: str
    config: str | None
    split: str


@dataclass(frozen=True, slots=True)
class _Row:
    """The fields of one record and where it begins; bytes are UTF-8 that is still to be checked."""

    place: str
    byte_offset: int | None
    fields: Mapping[str, Any]


class _Unreadable(Exception):
    """The input cannot be used from `byte_offset` on, or the record there cannot."""

    def __init__(self, reason: str, byte_offset: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.byte_offset = reason, byte_offset


def read_records(config: CorpusConfig) -> Iterator[Record | Rejected]:
    """All records of all sources: sources in the order given, matches of a pattern sorted.

    Reasons of rejection: undecodable (not UTF-8), not_json, not_an_object, duplicate_key, too_deep,
    no_text (the field is missing), not_a_string, too_long, truncated_file, corrupt_file.

    Raises:
        ConfigError: an `hf:` source is not of the form `hf:NAME[@CONFIG][:SPLIT]`.
        DataError: there is no source, or one names no readable file; raised before any is read.
        DependencyError: an optional package is missing, or a dataset cannot be reached.
        IntegrityError: a compressed file expands like a decompression bomb.
        StorageError: the system refused to read a file.
    """
    found = _resolve_all(config.sources)
    return itertools.chain.from_iterable(_read(source, config) for source in found)


def source_files(sources: Sequence[str]) -> list[Path]:
    """The files that sources name; those of `hf:` datasets are not known before they are loaded.

    Raises:
        DataError: a source names no file, or one in a format that is not read.
        ConfigError: an `hf:` source is not of the form `hf:NAME[@CONFIG][:SPLIT]`.
    """
    return [found.path for found in _resolve_all(sources) if isinstance(found, _LocalFile)]


def digest_sources(sources: Sequence[str]) -> str:
    """sha256 over names and content of all local files; a dataset counts by its settings only.

    Raises:
        ConfigError, DataError, StorageError: as `read_records`.
    """
    digest = hashlib.sha256()
    for source in _resolve_all(sources):
        if isinstance(source, _HubDataset):
            identity = [source.entry]
        else:
            identity = [source.name, _file_digest(source.path)]
        digest.update(json.dumps(identity).encode() + b"\n")
    return digest.hexdigest()


def optional_import(module: str) -> ModuleType:
    """A package that only the corpus stage needs.

    Raises:
        DependencyError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        remedy = "pip install 'spanbert[corpus]'"
        raise DependencyError(f"the package {package} is not installed", remedy=remedy) from error


def _file_digest(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise storage_error(error) from error


# --- settings -> files and datasets ---


def _resolve_all(sources: Sequence[str]) -> list[_LocalFile | _HubDataset]:
    if not sources:
        remedy = "pass --set 'corpus.sources=[\"my.txt\"]'"
        raise DataError("there is no text to read", place="corpus.sources", remedy=remedy)
    return [found for entry in sources for found in _resolve(entry)]


def _resolve(entry: str) -> Sequence[_LocalFile | _HubDataset]:
    return [_hub_dataset(entry)] if entry.startswith("hf:") else _local_files(entry)


def _hub_dataset(entry: str) -> _HubDataset:
    match = _HUB_SOURCE.fullmatch(entry)
    if match is None:
        raise ConfigError(
            f"{entry!r} is not of the form hf:NAME[@CONFIG][:SPLIT]",
            place="corpus.sources",
            remedy="for example hf:owner/name@config:train",
        )
    return _HubDataset(entry, match["name"], match["config"], match["split"] or "train")


def _local_files(pattern: str) -> list[_LocalFile]:
    """The files of a path, folder or pattern, sorted; a literal path may hold `*`, `?` or `[`."""
    is_literal = os.path.isfile(pattern)
    deep = os.path.join(glob.escape(pattern), "**") if os.path.isdir(pattern) else pattern
    matches = [pattern] if is_literal else sorted(glob.glob(deep, recursive=True))
    paths = [path for path in matches if os.path.isfile(path)]
    if not paths:
        raise DataError(
            "no file matches this source",
            place=pattern,
            remedy="check the path; a folder means all files in it",
        )
    fixed_part = pattern if is_literal else re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    if os.path.isdir(pattern):
        fixed_part = os.path.join(pattern, "")
    root = os.path.dirname(fixed_part) or "."
    return [_local_file(Path(path), os.path.relpath(path, root)) for path in paths]


def _local_file(path: Path, name: str) -> _LocalFile:
    suffix = path.suffix.lower()
    packing = suffix if suffix in _PACKED else ""
    record_format = path.with_suffix("").suffix.lower() if packing else suffix
    if record_format not in _LINE_FORMATS and (record_format, packing) != (".parquet", ""):
        raise DataError(
            f"{path.name} is of no known format",
            place=str(path),
            remedy="name .txt, .jsonl or .json files (plain, .gz, .xz or .zst) or .parquet files",
        )
    return _LocalFile(path, Path(name).as_posix(), record_format, packing)


# --- files and datasets -> records ---


def _read(source: _LocalFile | _HubDataset, config: CorpusConfig) -> Iterator[Record | Rejected]:
    if isinstance(source, _HubDataset):
        yield from _records(_hub_rows(source), source.entry, config)
        return
    try:
        yield from _records(_file_rows(source, config.text_key), source.name, config)
    except OSError as error:
        raise storage_error(error) from error


def _records(
    rows: Iterable[_Row | Rejected], name: str, config: CorpusConfig
) -> Iterator[Record | Rejected]:
    for number, row in enumerate(rows, start=1):
        if isinstance(row, Rejected):
            yield row
            continue
        try:
            yield _record(row, f"{name}:{number}", name, config)
        except _Unreadable as error:
            offset = None if row.byte_offset is None else row.byte_offset + error.byte_offset
            yield Rejected(row.place, offset, error.reason)


def _record(row: _Row, fallback_id: str, name: str, config: CorpusConfig) -> Record:
    fields = row.fields
    text = fields.get(config.text_key)
    if text is None:
        raise _Unreadable("no_text")
    if not isinstance(text, str | bytes):
        raise _Unreadable("not_a_string")
    return Record(
        text=_decoded(text),
        id=_label(fields, "id") or fallback_id,
        source=_label(fields, "source") or name,
        licence=_label(fields, "licence") or _label(fields, "license") or config.licence,
        place=row.place,
    )


def _label(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    return _decoded(value) if isinstance(value, str | bytes) else ""


def _decoded(value: str | bytes) -> str:
    if isinstance(value, str):
        return value
    try:
        return value.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _Unreadable("undecodable", error.start) from error


def _file_rows(file: _LocalFile, text_key: str) -> Iterator[_Row | Rejected]:
    if file.record_format == ".parquet":
        return _parquet_rows(file.path, text_key)
    packed = file.packing != ""
    blocks = _expanded_blocks(file.path, file.packing) if packed else _plain_blocks(file.path)
    if file.record_format == ".txt":
        return _text_rows(_lines(blocks), str(file.path), text_key)
    return _json_rows(_lines(blocks), str(file.path))


def _text_rows(
    lines: Iterable[tuple[int, bytes]], place: str, text_key: str
) -> Iterator[_Row | Rejected]:
    """Documents between blank lines; a document is rejected whole, never kept with a hole in it."""
    start, size_bytes, document = 0, 0, list[bytes]()
    # the blank line at the end closes the last document
    try:
        for offset, line in itertools.chain(lines, [(0, b"")]):
            if line.strip():
                start = start if document else offset
                size_bytes += len(line)
                if size_bytes <= MAX_RECORD_BYTES or not document:
                    document.append(line)
            elif document:
                yield _text_row(document, size_bytes, place, start, text_key)
                size_bytes, document = 0, []
    except _Unreadable as error:
        yield Rejected(place, start if document else error.byte_offset, error.reason)


def _text_row(
    document: list[bytes], size_bytes: int, place: str, start: int, text_key: str
) -> _Row | Rejected:
    if size_bytes > MAX_RECORD_BYTES:
        return Rejected(place, start, "too_long")
    return _Row(place, start, {text_key: b"\n".join(document)})


def _json_rows(lines: Iterable[tuple[int, bytes]], place: str) -> Iterator[_Row | Rejected]:
    try:
        for offset, line in lines:
            if line.strip():
                yield _json_row(line, place, offset)
    except _Unreadable as error:
        yield Rejected(place, error.byte_offset, error.reason)


def _json_row(line: bytes, place: str, offset: int) -> _Row | Rejected:
    try:
        return _Row(place, offset, _json_fields(line))
    except _Unreadable as error:
        return Rejected(place, offset + error.byte_offset, error.reason)


def _json_fields(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_RECORD_BYTES:
        raise _Unreadable("too_long")
    try:
        # as floats, integers of any length can be read
        fields = json.loads(_decoded(line), parse_int=float, object_pairs_hook=_unique_keys)
    except ValueError as error:
        raise _Unreadable("not_json") from error
    except RecursionError as error:
        raise _Unreadable("too_deep") from error
    if not isinstance(fields, dict):
        raise _Unreadable("not_an_object")
    return fields


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _Unreadable("duplicate_key")
    return fields


def _parquet_rows(path: Path, text_key: str) -> Iterator[_Row | Rejected]:
    arrow, parquet = optional_import("pyarrow"), optional_import("pyarrow.parquet")
    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            columns = _known_columns(file.schema_arrow.names, path, text_key)
            for batch in file.iter_batches(batch_size=PARQUET_BATCH_ROWS, columns=columns):
                for fields in _undecoded(batch).to_pylist():
                    number += 1
                    yield _Row(f"{path} row {number}", None, fields)
    except (OSError, arrow.ArrowException) as error:
        if getattr(error, "errno", None):  # the system refused; damage carries no error number
            raise
        yield Rejected(f"{path} row {number + 1}", None, "corrupt_file")


def _known_columns(names: Sequence[str], path: Path, text_key: str) -> list[str]:
    if text_key not in names:
        raise DataError(
            f"there is no column {text_key!r}, only {', '.join(names)}",
            place=str(path),
            remedy="name the text's column with --set corpus.text_key=NAME",
        )
    return [name for name in names if name in (text_key, *_LABELS)]


def _undecoded(batch: Any) -> Any:
    """The batch with strings as bytes, so that one bad byte rejects one row."""
    arrow = optional_import("pyarrow")
    columns = [
        column.cast(arrow.large_binary()) if _holds_strings(column) else column
        for column in batch.columns
    ]
    return arrow.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _holds_strings(column: Any) -> bool:
    values = column.type
    if "dictionary" in str(values):
        values = values.value_type
    return str(values) in ("string", "large_string", "string_view")


def _hub_rows(source: _HubDataset) -> Iterator[_Row]:
    datasets = optional_import("datasets")
    try:
        stream = datasets.load_dataset(
            source.name, source.config, split=source.split, streaming=True
        )
        for number, fields in enumerate(stream, start=1):
            yield _Row(f"{source.entry} row {number}", None, fields)
    except Exception as error:  # `datasets` lets through whatever its transports raise
        raise DependencyError(
            f"the dataset cannot be read ({type(error).__name__}: {error})",
            place=source.entry,
            remedy="check name, config, split and network, or use local files in corpus.sources",
        ) from error


# --- bytes -> lines ---


def _plain_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while block := handle.read(PLAIN_BLOCK_BYTES):
            yield block


def _expanded_blocks(path: Path, packing: str) -> Iterator[bytes]:
    """The content of a compressed file, which may be several streams in a row."""
    open_stream, stream_error = _codec(packing)
    stream, packed_bytes, expanded_bytes = open_stream(), 0, 0
    with path.open("rb") as handle:
        while packed := handle.read(PACKED_BLOCK_BYTES):
            packed_bytes += len(packed)
            while packed:
                if stream.eof:
                    packed = packed.lstrip(b"\0")  # padding after a stream is allowed
                    if not packed:
                        break
                    stream = open_stream()
                try:
                    block = stream.decompress(packed)
                except stream_error as error:
                    raise _Unreadable("corrupt_file") from error
                expanded_bytes += len(block)
                _refuse_bomb(path, packed_bytes, expanded_bytes)
                yield block
                packed = stream.unused_data
    if not stream.eof:
        raise _Unreadable("truncated_file")


def _codec(packing: str) -> tuple[Callable[[], Any], type[Exception]]:
    """What opens a decompressor of one stream, and the error it raises on damage."""
    if packing == ".gz":
        return lambda: zlib.decompressobj(wbits=16 + zlib.MAX_WBITS), zlib.error
    if packing == ".xz":
        return lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY_BYTES), lzma.LZMAError
    zstandard = optional_import("zstandard")
    return lambda: zstandard.ZstdDecompressor().decompressobj(), zstandard.ZstdError


def _refuse_bomb(path: Path, packed_bytes: int, expanded_bytes: int) -> None:
    if expanded_bytes > max(UNCHECKED_BYTES, MAX_EXPANSION * packed_bytes):
        raise IntegrityError(
            f"{packed_bytes} compressed bytes expand to more than {expanded_bytes} bytes,"
            f" over {MAX_EXPANSION} times as many",
            place=str(path),
            remedy="remove the file from corpus.sources, or decompress it by hand if it is genuine",
        )


def _lines(blocks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines without their line feed, each with the byte offset of its start.

    Of a line over `MAX_RECORD_BYTES` only a beginning that is still too long is given.

    Raises:
        _Unreadable: at the start of the line that was cut, when `blocks` breaks off.
    """
    start, size_bytes, parts = 0, 0, list[bytes]()
    try:
        for block in blocks:
            for number, piece in enumerate(block.split(b"\n")):
                if number > 0:
                    yield start, b"".join(parts)
                    start, size_bytes, parts = start + size_bytes + 1, 0, []
                if size_bytes <= MAX_RECORD_BYTES:
                    parts.append(piece)
                size_bytes += len(piece)
    except _Unreadable as error:
        raise _Unreadable(error.reason, start) from error
    yield start, b"".join(parts)

"""Sources -> chunks: files, or parts of large ones, that are read by one task each."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.contents import raw_blocks
from spanbert.corpus.sources.cuts import byte_runs
from spanbert.corpus.sources.find import find_sources
from spanbert.corpus.sources.items import HubDataset, SourceFile
from spanbert.corpus.sources.packed import PACKED_RATIO
from spanbert.corpus.sources.parquet import group_bytes
from spanbert.errors import storage_error

CHUNK_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Piece:
    """A source, or a part [start, end) of one: bytes of a plain file, row groups of Parquet."""

    source: SourceFile | HubDataset
    size_bytes: int
    digest: str  # sha256 over what is in it, as far as it decides the records
    start: int = 0
    end: int | None = None  # None where it is whole

    @property
    def is_whole(self) -> bool:
        """Whether it is all of its source."""
        return self.end is None or (self.start, self.end) == (0, self.source_bytes)

    @property
    def source_bytes(self) -> int | None:
        """Of the source as it lies there, where that is known."""
        return None if isinstance(self.source, HubDataset) else self.source.size_bytes

    @property
    def name(self) -> str:
        """For people."""
        if isinstance(self.source, HubDataset):
            return self.source.entry
        unit = "row groups" if self.source.record_format == ".parquet" else "bytes"
        part = "" if self.end is None else f" {unit} {self.start} to {self.end}"
        return f"{self.source.name}{part}"


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one task reads; plain data that can be sent to it."""

    name: str  # for people
    digest: str  # sha256 over its pieces' digests
    pieces: tuple[Piece, ...]

    @property
    def size_bytes(self) -> int:
        """About how much text it is."""
        return sum(piece.size_bytes for piece in self.pieces)


def find_chunks(config: CorpusConfig) -> list[Chunk]:
    """All sources in their order, cut where they are large and gathered where they are small.

    The chunks depend on the sources alone. Files on disk are read once, for the digests.

    Raises:
        ConfigError, DataError, IntegrityError, DependencyError, StorageError: as `find_sources`.
    """
    try:
        pieces = (piece for source in find_sources(config) for piece in _pieces(source, config))
        return [_chunk(group) for group in _gathered(pieces)]
    except OSError as error:
        raise storage_error(error) from error


def _pieces(source: SourceFile | HubDataset, config: CorpusConfig) -> Iterator[Piece]:
    if isinstance(source, HubDataset):
        yield Piece(source, CHUNK_BYTES, _sha256(source.entry))
    elif source.size_bytes is None or source.size_bytes <= CHUNK_BYTES:
        yield _whole(source, config)
    elif source.record_format == ".parquet" and not source.is_remote:
        yield from _row_groups(source, config)
    elif source.record_format in (".parquet", ".zip"):
        yield _whole(source, config)
    else:
        for start, end in byte_runs(source, config, CHUNK_BYTES):
            content = _content_digest(source, config, start, end)
            digest = _sha256(source.name, content, start, end)
            yield Piece(source, end - start, digest, start, end)


def _whole(file: SourceFile, config: CorpusConfig) -> Piece:
    size_bytes = CHUNK_BYTES if file.size_bytes is None else file.size_bytes
    if file.packing or file.record_format == ".zip":
        size_bytes *= PACKED_RATIO
    return Piece(file, size_bytes, _sha256(file.name, _content_digest(file, config)))


def _row_groups(file: SourceFile, config: CorpusConfig) -> Iterator[Piece]:
    """Row groups one by one; they are gathered like small files. None of a damaged file."""
    sizes = group_bytes(Path(file.place))
    if not sizes:
        yield _whole(file, config)
    content = _content_digest(file, config) if sizes else ""
    for number, size_bytes in enumerate(sizes):
        digest = _sha256(file.name, content, number)
        yield Piece(file, size_bytes, digest, number, number + 1)


def _content_digest(
    file: SourceFile, config: CorpusConfig, start: int = 0, end: int | None = None
) -> str:
    """sha256 of content on disk; of one far away, of what tells whether it is still the same."""
    if file.is_remote:
        return _sha256(file.place, file.size_bytes, file.version)
    digest = hashlib.sha256()
    for block in raw_blocks(file, config, start, end):
        digest.update(block)
    return digest.hexdigest()


def _sha256(*identity: str | int | None) -> str:
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()


def _gathered(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Pieces in a row, up to `CHUNK_BYTES` together."""
    group, size_bytes = list[Piece](), 0
    for piece in pieces:
        if group and size_bytes + piece.size_bytes > CHUNK_BYTES:
            yield group
            group, size_bytes = [], 0
        group.append(piece)
        size_bytes += piece.size_bytes
    if group:
        yield group


def _chunk(pieces: list[Piece]) -> Chunk:
    more = f" and {len(pieces) - 1} more" if len(pieces) > 1 else ""
    digest = _sha256(*(piece.digest for piece in pieces))
    return Chunk(f"{pieces[0].name}{more}", digest, tuple(pieces))

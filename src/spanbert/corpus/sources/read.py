"""A chunk -> its records, with a place for each one that cannot be read."""

from collections.abc import Iterator

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources.chunks import Chunk, Piece, find_chunks
from spanbert.corpus.sources.contents import content_blocks, local_path
from spanbert.corpus.sources.hub import hub_records
from spanbert.corpus.sources.items import HubDataset, SourceFile
from spanbert.corpus.sources.line_formats import line_records
from spanbert.corpus.sources.parquet import parquet_records
from spanbert.corpus.sources.rows import Origin, records_or_empty
from spanbert.corpus.sources.unread import with_unread_bytes
from spanbert.corpus.sources.zipped import zip_records
from spanbert.errors import storage_error


def read_records(config: CorpusConfig) -> Iterator[Record | Rejected]:
    """All records of all sources.

    Raises:
        As `find_chunks`, before any is read; as `read_chunk` later.
    """
    chunks = find_chunks(config)
    return (record for chunk in chunks for record in read_chunk(chunk, config))


def read_chunk(chunk: Chunk, config: CorpusConfig) -> Iterator[Record | Rejected]:
    """Records of a chunk in their order; what cannot be read is rejected, the rest still used.

    A document of up to 100 MiB is kept whole or rejected whole. Of a longer one, the parts before
    the damage are kept. Reasons of rejection are those of `Unreadable`.

    Raises:
        DataError: a table has no column for the text.
        DependencyError: an optional package is missing, or a source is out of reach.
        IntegrityError: a compressed file expands like a decompression bomb, or a remote one has
            changed or is larger than allowed.
        StorageError: the system refused to read a file.
    """
    try:
        for piece in chunk.pieces:
            yield from _read_piece(piece, config)
    except OSError as error:
        raise storage_error(error) from error


def _read_piece(piece: Piece, config: CorpusConfig) -> Iterator[Record | Rejected]:
    source = piece.source
    if isinstance(source, HubDataset):
        origin = Origin(source.entry, source.entry, config.text_key, config.licence)
        yield from hub_records(source, origin)
        return
    origin = Origin(source.name, source.place, config.text_key, config.licence)
    is_plain = not source.packing and source.size_bytes is not None
    records = with_unread_bytes(
        _file_records(piece, source, origin, config),
        piece.size_bytes,
        piece.start if is_plain else None,
    )
    yield from records_or_empty(records, origin) if piece.is_whole else records


def _file_records(
    piece: Piece, source: SourceFile, origin: Origin, config: CorpusConfig
) -> Iterator[Record | Rejected]:
    start, end = piece.start, piece.end
    if source.record_format == ".parquet":
        with local_path(source, config) as path:
            yield from parquet_records(path, origin, start, end)
    elif source.record_format == ".zip":
        with local_path(source, config) as path:
            yield from zip_records(path, origin, config)
    else:
        blocks = content_blocks(source, config, start, end)
        yield from line_records(blocks, source.record_format, origin, config.txt_documents, start)

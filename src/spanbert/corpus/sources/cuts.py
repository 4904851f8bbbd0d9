"""Where a large plain file may be cut: exactly where a document begins."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.contents import raw_blocks
from spanbert.corpus.sources.encoding import refuse_other_encoding
from spanbert.corpus.sources.formats import WIKI
from spanbert.corpus.sources.items import SourceFile
from spanbert.corpus.sources.lines import LinePiece, line_pieces
from spanbert.corpus.sources.text import is_blank
from spanbert.corpus.sources.unreadable import Unreadable
from spanbert.corpus.sources.wiki import opens_document


def byte_runs(file: SourceFile, config: CorpusConfig, run_bytes: int) -> list[tuple[int, int]]:
    """Runs [start, end) of about `run_bytes` that make up a file, each of whole documents.

    Looks near the multiples of `run_bytes` alone, so that a file is not read for it.
    """
    size_bytes = file.size_bytes or 0
    if not _may_be_cut(file, config):
        return [(0, size_bytes)]
    starts = [0]
    while (target := (starts[-1] // run_bytes + 1) * run_bytes) < size_bytes:
        start = _next_start(file, config, target)
        if start is None:
            break
        starts.append(start)
    return list(pairwise([*starts, size_bytes]))


def _may_be_cut(file: SourceFile, config: CorpusConfig) -> bool:
    is_one = file.record_format == ".txt" and config.txt_documents == "file"
    is_stream = file.place.startswith("https://")  # not every server gives a part of a file
    if file.packing or is_one or is_stream or file.record_format in (".csv", ".tsv"):
        return False
    try:  # a file that is in another encoding is rejected once, not once a run
        refuse_other_encoding(next(raw_blocks(file, config), b""))
    except Unreadable:
        return False
    return True


def _next_start(file: SourceFile, config: CorpusConfig, target: int) -> int | None:
    """The first document that is known to begin at `target` or after it, if there is one."""
    # the byte before tells whether a line begins at the target
    pieces = line_pieces(raw_blocks(file, config, target - 1), target - 1)
    lines = _after_first_line(pieces)
    if file.record_format == ".txt":
        return next((b.offset for a, b in pairwise(lines) if is_blank(a) and not is_blank(b)), None)
    begins = opens_document if file.record_format == WIKI else _begins_line
    return next((piece.offset for piece in lines if begins(piece)), None)


def _after_first_line(pieces: Iterable[LinePiece]) -> Iterator[LinePiece]:
    """What follows the line that the first piece is in."""
    pieces = iter(pieces)
    for piece in pieces:
        if piece.ends_line:
            break
    return pieces


def _begins_line(piece: LinePiece) -> bool:
    return piece.begins_line

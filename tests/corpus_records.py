"""What a test reads from sources, and how it looks at it."""

import gzip
import json
import lzma
from bz2 import compress
from functools import partial

import zstandard

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources.read import read_records

PACK = {
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
    ".bz2": partial(compress, compresslevel=1),  # with the smallest blocks
}


def read(*paths, **options):
    """All records of some sources."""
    config = CorpusConfig(sources=tuple(map(str, paths)), **options)
    return list(read_records(config))


def texts(found):
    """Texts of what could be read."""
    return [record.text for record in found if isinstance(record, Record)]


def rejections(found):
    """Offset and reason of what could not."""
    return [(r.byte_offset, r.reason) for r in found if isinstance(r, Rejected)]


def json_lines(*rows):
    """Rows as the content of a file."""
    return "".join(json.dumps(row) + "\n" for row in rows)

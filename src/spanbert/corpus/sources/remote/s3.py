"""Objects behind s3:// URLs: which there are, and their bytes.

Endpoint and credentials come from the standard AWS environment, see `objects/s3.py`.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.remote.limits import refuse_change, refuse_size
from spanbert.corpus.sources.remote.patience import Patience
from spanbert.corpus.sources.remote.tries import RETRY_S, Tries
from spanbert.corpus.sources.remote.urls import checked_url
from spanbert.errors import DataError
from spanbert.objects.retry import TransientError
from spanbert.objects.s3 import S3Objects

RANGE_BYTES = 8 * 2**20  # of one request
IDLE_S = 30.0  # without a byte, after which a request counts as failed


def s3_names(url: str, config: CorpusConfig) -> list[tuple[str, str]]:
    """URL and name of each object that a URL, folder or pattern names, sorted.

    A name is relative to the fixed part of the pattern. As on disk, a folder means all that is in
    it, and what begins with a dot is left out.

    Raises:
        ConfigError: the URL is malformed, or the store refuses the request.
        DataError: there are none.
        DependencyError: the store is out of reach.
    """
    parts = checked_url(url)
    bucket, pattern = parts.netloc, parts.path.strip("/")
    fixed = re.split(r"[*[]", pattern, maxsplit=1)[0]
    folder = pattern if fixed == pattern else fixed.rpartition("/")[0]
    keys = _tried(url, config)(lambda: _objects(bucket).sizes(folder))
    wanted = f"{pattern}/**" if fixed == pattern else pattern
    found = [key for key in sorted(keys) if key == pattern or _matches(key, wanted)]
    if not found:
        remedy = "check the URL; a folder means all files in it"
        raise DataError("no object matches this source", place=url, remedy=remedy)
    start = len(folder) + 1 if folder else 0
    return [(f"s3://{bucket}/{k}", k[start:] or k.rpartition("/")[2]) for k in found]


class S3File:
    """One object.

    Args:
        url: of the form s3://bucket/key.
        config: the limits of size and time.

    Every method raises:
        ConfigError: the store refuses the request.
        DataError: it is not there.
        DependencyError: the store is out of reach, or too slow.
        IntegrityError: it is larger than allowed, or has changed.
    """

    def __init__(self, url: str, config: CorpusConfig) -> None:
        parts = checked_url(url)
        self._url, self._config = url, config
        self._objects, self._key = _objects(parts.netloc), parts.path.lstrip("/")
        self._patience = Patience(config.download_timeout_s, url)
        self._tries = Tries(self._patience, url)

    def facts(self) -> tuple[int, str]:
        """Bytes, and what tells this content from another."""
        head = self._tries(lambda: self._objects.request("head_object", self._key))
        size_bytes = int(head["ContentLength"])
        refuse_size(size_bytes, self._url, self._config)
        return size_bytes, str(head.get("ETag", ""))

    def blocks(self, facts: tuple[int, str], start: int, end: int) -> Iterator[bytes]:
        """Bytes [start, end), of the object whose size and version are those that `facts` gave."""
        for first in range(start, end, RANGE_BYTES):
            last = min(first + RANGE_BYTES, end)
            block = self._tries(lambda a=first, b=last: self._range(a, b))
            refuse_change(self.facts(), facts, self._url)
            yield block

    def _range(self, start: int, end: int) -> bytes:
        with self._patience.waiting(RETRY_S):
            block = self._objects.read(self._key, start, end)
        if len(block) != end - start:
            raise TransientError(f"expected {end - start} bytes from {start}, got {len(block)}")
        return block


@functools.lru_cache(maxsize=16)
def _objects(bucket: str) -> S3Objects:
    return S3Objects(bucket, IDLE_S, request_timeout_s=RETRY_S)


def _tried(url: str, config: CorpusConfig) -> Tries:
    return Tries(Patience(config.download_timeout_s, url), url)


def _matches(key: str, pattern: str) -> bool:
    return _match_parts(key.split("/"), pattern.split("/"))


def _match_parts(names: Sequence[str], patterns: Sequence[str]) -> bool:
    """As `glob` does on disk: "**" for any folders, "*" within a name, no dot before a name."""
    if not patterns:
        return not names
    if not names:
        return all(pattern == "**" for pattern in patterns)
    is_hidden = names[0].startswith(".") and not patterns[0].startswith(".")
    if is_hidden or not names[-1]:
        return False
    if patterns[0] == "**":
        return _match_parts(names[1:], patterns) or _match_parts(names, patterns[1:])
    return fnmatchcase(names[0], patterns[0]) and _match_parts(names[1:], patterns[1:])

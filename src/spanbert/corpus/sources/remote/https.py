"""A file behind an https:// URL: its size, its version and its bytes, within limits.

Every host must be listed in the settings, that of a redirect too. A body that breaks off goes on
from the byte where it was.
"""

import re
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from urllib.parse import SplitResult, urljoin, urlsplit

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.remote.connection import Resolver, get
from spanbert.corpus.sources.remote.limits import refuse_change, refuse_size
from spanbert.corpus.sources.remote.patience import Patience
from spanbert.corpus.sources.remote.tries import Tries
from spanbert.corpus.sources.remote.urls import checked_url, is_listed, refuse_unlisted
from spanbert.errors import DataError, IntegrityError
from spanbert.objects.retry import TransientError

MAX_REDIRECTS = 5
BLOCK_BYTES = 2**18
_REDIRECTS = (301, 302, 303, 307, 308)
_LATER = (408, 425, 429)


class HttpsFile:
    """One file behind a URL.

    Args:
        config: which hosts are allowed, and the limits of size and time.
        resolver: which addresses may be connected to.

    Raises:
        ConfigError: the URL is malformed, or its host is not listed.

    Every method raises:
        IntegrityError: it is larger than allowed, has changed, or leads where it may not.
        DataError: it is not there.
        DependencyError: the server is out of reach, or too slow.
    """

    def __init__(self, url: str, config: CorpusConfig, resolver: Resolver | None = None) -> None:
        self._parts, self._url, self._config = checked_url(url), url, config
        refuse_unlisted(self._parts, config.allowed_hosts)
        self._resolver = resolver or Resolver()
        self._patience = Patience(config.download_timeout_s, url)
        self._tried = Tries(self._patience, url)
        self._response: HTTPResponse | None = None
        self._position = 0  # of the next byte

    def facts(self) -> tuple[int | None, str]:
        """Bytes, if the server tells, and what tells this content from another, or ""."""
        response = self._tried(self._answer)
        self.close()
        found = _facts(response)
        refuse_size(found[0], self._url, self._config)
        return found

    def blocks(self, facts: tuple[int | None, str]) -> Iterator[bytes]:
        """Its content, whose size and version must be those that `facts` gave before."""
        self._position = 0
        try:
            while block := self._tried(lambda: self._next_block(facts)):
                self._position += len(block)
                refuse_size(self._position, self._url, self._config)
                yield block
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the connection."""
        if self._response is not None:
            self._response.close()
        self._response = None

    def _next_block(self, facts: tuple[int | None, str]) -> bytes:
        size_bytes, version = facts
        try:
            if self._response is None:
                refuse_change(_facts(self._answer(version)), facts, self._url)
            response = self._response
            assert response is not None
            block = response.read(BLOCK_BYTES)
        except (OSError, HTTPException) as error:
            self.close()
            raise TransientError(f"{type(error).__name__}: {error}") from error
        if not block and size_bytes is not None and self._position < size_bytes:
            self.close()
            raise TransientError(f"{self._position} of {size_bytes} bytes came")
        return block

    def _answer(self, version: str = "") -> HTTPResponse:
        """The answer whose body begins at the next byte."""
        response = None
        try:
            response = self._followed(version)
            _refuse_status(response.status, self._url)
            _skip(response, self._position)
        except BaseException as error:
            if response is not None:
                response.close()
            if isinstance(error, OSError | HTTPException):
                raise TransientError(f"{type(error).__name__}: {error}") from error
            raise
        self._response = response
        return response

    def _followed(self, version: str) -> HTTPResponse:
        """The answer at the end of all redirects."""
        headers = {"Range": f"bytes={self._position}-"} if self._position else {}
        if self._position and version and not version.startswith("W/"):
            headers["If-Range"] = version
        url = self._parts
        for _ in range(MAX_REDIRECTS + 1):
            response = get(url, headers, self._resolver, self._patience)
            if response.status not in _REDIRECTS:
                return response
            response.close()
            url = self._redirected(url, response.getheader("Location") or "")
        raise IntegrityError(f"more than {MAX_REDIRECTS} redirects", remedy="correct the URL")

    def _redirected(self, url: SplitResult, location: str) -> SplitResult:
        try:
            target = urlsplit(urljoin(url.geturl(), location))
            host, _ = target.hostname or "", target.port
        except ValueError as error:
            raise IntegrityError("it is redirected to no URL") from error
        is_plain = target.scheme == "https" and "@" not in target.netloc
        if not (is_plain and is_listed(host, self._config.allowed_hosts)):
            raise IntegrityError(
                f"it is redirected to {target.scheme}://{host}, which is not allowed",
                remedy="if you trust it, add the host to corpus.allowed_hosts (https alone)",
            )
        return target


def _facts(response: HTTPResponse) -> tuple[int | None, str]:
    version = response.getheader("ETag") or response.getheader("Last-Modified") or ""
    size = re.fullmatch(r"bytes \d+-\d+/(\d+)", response.getheader("Content-Range") or "")
    length = size[1] if size else response.getheader("Content-Length") or ""
    return int(length) if length.isdecimal() else None, version


def _refuse_status(status: int, url: str) -> None:
    if status >= 500 or status in _LATER:
        raise TransientError(f"HTTP {status}")
    if status not in (200, 206):
        remedy = "check the URL in corpus.sources"
        raise DataError(f"the server answers HTTP {status}", place=url, remedy=remedy)


def _skip(response: HTTPResponse, position: int) -> None:
    """Read up to a byte, unless the body begins there."""
    if response.status == 206:
        if not (response.getheader("Content-Range") or "").startswith(f"bytes {position}-"):
            raise TransientError("another range came than was asked for")
        return
    while position > 0:
        block = response.read(min(BLOCK_BYTES, position))
        if not block:
            raise TransientError("it broke off again")
        position -= len(block)

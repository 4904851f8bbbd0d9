"""One request to a host by https, to no address but one that was checked."""

import contextlib
import http.client
import io
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote

from spanbert.corpus.sources.remote.addresses import addresses_of, is_public
from spanbert.corpus.sources.remote.patience import Patience
from spanbert.errors import IntegrityError

HTTPS_PORT = 443
IDLE_S = 30.0  # without a byte, after which a request counts as failed
_UNQUOTED = "/%:@!$&'()*+,;=~?"


@dataclass(frozen=True)
class Resolver:
    """Names -> addresses that may be connected to.

    Args:
        addresses_of: host and port -> all addresses.
        is_allowed: whether an address may be connected to.
    """

    addresses_of: Callable[[str, int], Sequence[str]] = addresses_of
    is_allowed: Callable[[str], bool] = is_public

    def __call__(self, host: str, port: int) -> Sequence[str]:
        """All addresses of a host.

        Raises:
            IntegrityError: one of them is not allowed.
            OSError: there are none.
        """
        found = self.addresses_of(host, port)
        if not all(map(self.is_allowed, found)):
            raise IntegrityError(
                f"the host {host} has an address that is not public",
                remedy="remove it from corpus.sources: no text is read from private networks",
            )
        return found


def refuse_private(host: str) -> None:
    """Refuse a host that is an address, and no public one; names are not looked up.

    Raises:
        IntegrityError: it is.
    """
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        Resolver(addresses_of=lambda address, _port: [address])(host, HTTPS_PORT)


def get(
    url: SplitResult, headers: Mapping[str, str], resolver: Resolver, patience: Patience
) -> http.client.HTTPResponse:
    """The answer to a GET, its body still to be read; the receiver closes it.

    Raises:
        IntegrityError: the host's address or certificate is refused.
        OSError, http.client.HTTPException: the request failed.
        DependencyError: the patience is at its end.
    """
    host, port = url.hostname or "", url.port or HTTPS_PORT
    with patience.waiting(IDLE_S) as timeout_s:
        addresses = resolver(host, port)
        plain = _connected(addresses, port, timeout_s)
    try:
        request = http.client.HTTPSConnection(host, port)
        request.sock = _TimedSocket(_encrypted(plain, host, patience), patience)
        query = f"?{url.query}" if url.query else ""
        request.request("GET", quote(f"{url.path or '/'}{query}", _UNQUOTED), headers=headers)
        return request.getresponse()
    except BaseException:
        plain.close()
        raise


def _connected(addresses: Sequence[str], port: int, timeout_s: float) -> socket.socket:
    """Connected to the first address that answers; they are numbers, so nothing is looked up."""
    failure = OSError("it has no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout_s / len(addresses))
        except OSError as error:
            failure = error
    raise failure


def _encrypted(plain: socket.socket, host: str, patience: Patience) -> ssl.SSLSocket:
    try:
        with patience.waiting(IDLE_S) as timeout_s:
            plain.settimeout(timeout_s)
            return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise IntegrityError(
            f"the certificate of {host} is refused ({error.verify_message})",
            remedy="correct the URL, or name your authorities' certificates by SSL_CERT_FILE",
        ) from error


class _TimedSocket:
    """What `http.client` needs of a socket, each wait limited by the patience."""

    def __init__(self, sock: ssl.SSLSocket, patience: Patience) -> None:
        self._sock, self._patience = sock, patience

    def sendall(self, content: Any) -> None:
        """Send all of it."""
        with self._patience.waiting(IDLE_S) as timeout_s:
            self._sock.settimeout(timeout_s)
            self._sock.sendall(content)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What comes, as a file that closes the socket."""
        return io.BufferedReader(_TimedStream(self._sock, self._patience))

    def close(self) -> None:
        """Nothing: the answer is read after `http.client` has let go of the socket."""


class _TimedStream(io.RawIOBase):
    def __init__(self, sock: ssl.SSLSocket, patience: Patience) -> None:
        self._sock, self._patience = sock, patience

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        with self._patience.waiting(IDLE_S) as timeout_s:
            self._sock.settimeout(timeout_s)
            return self._sock.recv_into(buffer)

    def close(self) -> None:
        self._sock.close()
        super().close()

"""A fault proxy: passes HTTP on to a server on this machine, and spoils the answers it is told to.

Faults: "500", "503", "429", "404" (such an answer, the server is not asked), "reset" (the
connection is cut without an answer), "slow" (the answer comes late), "garbage" (200 with a body
that is neither JSON nor XML), "short" (the body ends before its stated length).
"""

import socket
import struct
import threading
import time
from collections import deque
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_S = 5.0
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class FaultProxy:
    """Listens on a free port of 127.0.0.1; to be used in a `with`.

    Args:
        upstream_port: of the server, on 127.0.0.1.

    Attributes:
        coming: faults of the next requests, one each; "" passes a request on.
        always: the fault of every request that none of `coming` is for.
        seen: "METHOD /path" of each request, with its fault.
        ranges: the byte range that each request asked for, "" for none.
    """

    def __init__(self, upstream_port: int, slow_s: float = SLOW_S) -> None:
        self.upstream_port, self.slow_s = upstream_port, slow_s
        self.coming: deque[str] = deque()
        self.always = ""
        self.seen: list[tuple[str, str]] = []
        self.ranges: list[str] = []
        self.port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fail(self, *faults: str) -> None:
        """Spoil the next requests, one fault each."""
        self.coming.extend(faults)

    def start(self) -> "FaultProxy":
        """Listen; on the same port as before, if there was one."""
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = _Server(("127.0.0.1", self.port), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Refuse connections, as a server that is down does."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> "FaultProxy":
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address) -> None:
        """A client that has gone away is no news here."""


class _Handler(BaseHTTPRequestHandler):
    proxy: FaultProxy
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args) -> None:
        """Say nothing."""

    def _handle(self) -> None:
        proxy = self.proxy
        fault = proxy.coming.popleft() if proxy.coming else proxy.always
        proxy.seen.append((f"{self.command} {self.path}", fault))
        proxy.ranges.append(self.headers.get("Range", ""))
        body = self._body()
        if fault == "reset":
            self._reset()
        elif fault.isdigit():
            self._answer(int(fault), [], b"<Error>spoiled</Error>")
        elif fault == "garbage":
            self._answer(200, [("Content-Type", "text/plain")], b"%%% not what you asked for")
        else:
            if fault == "slow":
                time.sleep(proxy.slow_s)
            self._pass_on(body, is_short=fault == "short")

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = _handle

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _pass_on(self, body: bytes, is_short: bool) -> None:
        upstream = HTTPConnection("127.0.0.1", self.proxy.upstream_port, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
        headers |= {"Content-Length": str(len(body))} if body or self.command != "GET" else {}
        try:
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            self._relay(answer, answer.read(), is_short)
        except OSError:
            self._answer(502, [], b"")
        finally:
            upstream.close()

    def _relay(self, answer: HTTPResponse, content: bytes, is_short: bool) -> None:
        headers = [(k, v) for k, v in answer.getheaders() if k.lower() not in _HOP_BY_HOP]
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self._answer(answer.status, headers, content, length, is_short)

    def _answer(self, status, headers, content, length=None, is_short=False) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if is_short else content)
        if is_short:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

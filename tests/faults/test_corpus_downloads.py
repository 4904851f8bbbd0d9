"""S06: a URL leads to no address but a public one of a listed host, and to no endless download."""

import gzip
import time
from functools import partial

import pytest
from corpus_records import read, texts
from https_server import HttpsServer, give, write_certificate
from idle_time import IdleTime

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources import contents, find
from spanbert.corpus.sources.remote import tries
from spanbert.corpus.sources.remote.connection import Resolver
from spanbert.corpus.sources.remote.https import HttpsFile
from spanbert.corpus.sources.remote.patience import Patience
from spanbert.errors import DataError, DependencyError, IntegrityError

CONTENT = "".join(f"document {n} of some length\n\n" for n in range(4_000)).encode()
TO_LOOPBACK = Resolver(lambda host, port: ["127.0.0.1"], lambda address: True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return write_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def serve(certificate, monkeypatch):
    """Starts a server of one answer; the URL of a name on it follows."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    servers = []

    def start(answer):
        servers.append(HttpsServer(*certificate, answer))
        return servers[-1].__enter__()

    yield start
    for server in servers:
        server.__exit__()


def config(**options):
    return CorpusConfig(**{"allowed_hosts": ("corpus.test", "*.corpus.test")} | options)


def fetch(server, resolver=TO_LOOPBACK, host="corpus.test", **options):
    """The content of a file on a server."""
    file = HttpsFile(f"https://{host}:{server.port}/a.txt", config(**options), resolver)
    return b"".join(file.blocks(file.facts()))


def redirect_to(location):
    def answer(handler):
        if handler.path == "/a.txt":
            give(handler, b"", status=302, Location=location(handler))
        else:
            give(handler, b"reached")

    return answer


def port_of(handler):
    return handler.server.server_address[1]


# --- where it leads ---


def test_s06_a_listed_host_is_read(serve):
    assert fetch(serve(partial(give, content=CONTENT))) == CONTENT


def test_s06_a_redirect_to_a_listed_host_is_followed(serve):
    server = serve(redirect_to(lambda h: f"https://cdn.corpus.test:{port_of(h)}/b?signature=1"))
    assert fetch(server) == b"reached"
    assert {path for path, _ in server.seen} == {"/a.txt", "/b?signature=1"}


@pytest.mark.parametrize(
    "target",
    [
        *("https://169.254.169.254/latest", "https://127.0.0.1:{port}/b", "https://[::1]:{port}/b"),
        *("https://2130706433:{port}/b", "https://localhost:{port}/b", "https://evil.test/b"),
        *(
            "http://corpus.test:{port}/b",
            "//evil.test/b",
            "file:///etc/passwd",
            "ftp://corpus.test",
        ),
        *("https://user:canary@corpus.test:{port}/b", "https://corpus.test:x/", "https://[::1/"),
    ],
)
def test_s06_a_redirect_elsewhere_is_refused_and_not_asked(serve, target):
    server = serve(redirect_to(lambda h: target.format(port=port_of(h))))
    with pytest.raises(IntegrityError) as caught:
        fetch(server)
    assert caught.value.exit_code == 5
    assert "canary" not in str(caught.value)
    assert [path for path, _ in server.seen] == ["/a.txt"]


@pytest.mark.parametrize("host", ["169.254.169.254", "127.0.0.1", "[::1]", "2130706433"])
def test_s06_a_listed_host_with_a_private_address_is_refused(serve, host):
    server = serve(partial(give, content=CONTENT))
    with pytest.raises(IntegrityError, match="not public"):
        read(f"https://{host}:{server.port}/a.txt", allowed_hosts=(host.strip("[]"),))
    assert server.seen == []


def test_s06_each_redirect_is_looked_up_and_checked_again(serve):
    server = serve(redirect_to(lambda h: f"https://cdn.corpus.test:{port_of(h)}/b"))
    address_of = {"corpus.test": "127.0.0.1", "cdn.corpus.test": "127.0.0.2"}
    resolver = Resolver(lambda host, _: [address_of[host]], lambda address: address == "127.0.0.1")
    with pytest.raises(IntegrityError, match=r"cdn\.corpus\.test has an address .* not public"):
        fetch(server, resolver)
    assert [path for path, _ in server.seen] == ["/a.txt"]


def test_s06_one_private_address_among_public_ones_is_enough_to_refuse(serve):
    server = serve(partial(give, content=CONTENT))
    resolver = Resolver(lambda *_: ["127.0.0.1", "10.0.0.1"], lambda found: found == "127.0.0.1")
    with pytest.raises(IntegrityError, match="not public"):
        fetch(server, resolver)
    assert server.seen == []


def test_s06_a_name_that_changes_after_it_was_checked_changes_nothing(serve):
    server = serve(partial(give, content=CONTENT))
    other = serve(partial(give, content=b"elsewhere"))
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    resolver = Resolver(lambda *_: next(answers), lambda found: found == "127.0.0.1")
    file = HttpsFile(f"https://corpus.test:{server.port}/a.txt", config(), resolver)
    facts = file.facts()  # the connection is made to the address of the first answer
    with pytest.raises(IntegrityError, match="not public"):
        list(file.blocks(facts))  # and the second answer is checked before another is made
    assert (len(server.seen), other.seen) == (1, [])


def test_s06_redirects_in_a_circle_end(serve):
    server = serve(lambda handler: give(handler, b"", status=302, Location="/a.txt"))
    with pytest.raises(IntegrityError, match="more than 5 redirects"):
        fetch(server)
    assert len(server.seen) == 6


def test_s06_a_certificate_of_another_host_is_refused(serve):
    server = serve(partial(give, content=CONTENT))
    with pytest.raises(IntegrityError, match=r"certificate of other\.test is refused"):
        fetch(server, host="other.test", allowed_hosts=("other.test",))


# --- how much comes, and when ---


def test_s06_a_file_that_says_it_is_too_large_is_not_begun(serve):
    server = serve(partial(give, content=CONTENT))
    with pytest.raises(IntegrityError, match=r"more than 1000 bytes.*max_download_bytes"):
        fetch(server, max_download_bytes=1000)
    assert len(server.seen) == 1


def test_s06_a_body_without_an_end_is_cut_at_the_limit(serve):
    sent = []

    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(CONTENT)
            sent.append(len(CONTENT))

    with pytest.raises(IntegrityError, match="more than 1000000 bytes"):
        fetch(serve(endless), max_download_bytes=1_000_000)
    assert sum(sent) < 50_000_000


@pytest.mark.parametrize("slow", ["status", "header", "body"])
def test_s06_an_answer_that_trickles_ends_with_the_patience(serve, slow):
    def trickle(handler):
        start = {"status": b"", "header": b"HTTP/1.1 200 OK\r\nX-A: ", "body": b""}[slow]
        if slow == "body":
            start = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
        handler.wfile.write(start)
        for _ in range(1000):
            handler.wfile.write(b"x")
            time.sleep(0.02)

    with pytest.raises(DependencyError, match=r"within 0\.5 s.*download_timeout_s") as caught:
        fetch(serve(trickle), download_timeout_s=0.5)
    assert caught.value.exit_code == 69


def test_s06_the_time_that_the_reader_takes_is_not_the_server_s():
    idle = IdleTime()
    patience = Patience(5.0, "https://corpus.test/a.txt", idle.clock)
    for _ in range(2):
        with patience.waiting(30.0):
            idle.sleep(2)
        idle.sleep(1000)
    with pytest.raises(DependencyError, match="within 5 s"), patience.waiting(30.0) as longest_s:
        idle.sleep(longest_s)
    assert idle.now_s == 2000 + 5


@pytest.mark.parametrize("ranges", [True, False])
def test_s06_a_body_that_breaks_off_goes_on_where_it_was(serve, ranges):
    def break_off(handler):
        start = int((handler.headers.get("Range") or "bytes=0-")[6:-1]) if ranges else 0
        body = CONTENT[start:]
        told = {"ETag": '"v"', "Content_Length": str(len(body))}
        if start:
            told["Content_Range"] = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
        first_body = len(handler.server.requests) == 2
        sent = body[: len(body) // 2] if first_body else body
        give(handler, sent, status=206 if start else 200, **told)

    server = serve(break_off)
    server._server.requests = server.seen
    assert fetch(server) == CONTENT
    assert len(server.seen) == 3


def test_s06_a_body_that_is_always_too_short_is_an_outage(serve, monkeypatch):
    monkeypatch.setattr(tries, "RETRY_S", 0.5)
    server = serve(lambda handler: give(handler, b"half", Content_Length="8"))
    with pytest.raises(DependencyError, match=r"4 of 8 bytes|broke off"):
        fetch(server)


def test_s06_a_file_that_changes_while_it_is_read_is_refused(serve):
    versions = iter(['"1"', '"2"'])
    server = serve(lambda handler: give(handler, CONTENT, ETag=next(versions)))
    with pytest.raises(IntegrityError, match="changed while it was read"):
        fetch(server)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_s06_an_outage_is_waited_out_and_then_told(serve, monkeypatch, status):
    monkeypatch.setattr(tries, "RETRY_S", 3.0)
    down = [True] * 1000
    server = serve(lambda h: give(h, CONTENT, status=status if down and down.pop() else 200))
    with pytest.raises(DependencyError, match=f"HTTP {status}"):
        fetch(server)
    down[:] = [True, True]
    assert fetch(server) == CONTENT


def test_s06_a_file_that_is_not_there_is_told_at_once(serve):
    server = serve(lambda handler: give(handler, b"", status=404))
    with pytest.raises(DataError, match="HTTP 404"):
        fetch(server)
    assert len(server.seen) == 1


# --- as a source ---


def test_s06_no_setting_allows_loopback(serve):
    server = serve(partial(give, content=CONTENT))
    with pytest.raises(IntegrityError, match="not public"):
        read(f"https://localhost:{server.port}/a.txt", allowed_hosts=("localhost", "*.localhost"))
    assert server.seen == []


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz", "a.csv"])
def test_s06_a_remote_file_gives_the_records_of_a_local_one(serve, monkeypatch, tmp_path, name):
    content = CONTENT if name == "a.txt" else gzip.compress(CONTENT)
    content = b"text\nrow\n" if name == "a.csv" else content
    (tmp_path / name).write_bytes(content)
    server = serve(partial(give, content=content))
    for module in (contents, find):
        monkeypatch.setattr(module, "HttpsFile", partial(HttpsFile, resolver=TO_LOOPBACK))
    url = f"https://corpus.test:{server.port}/folder/{name}"
    found, expected = read(url, allowed_hosts=("corpus.test",)), read(tmp_path / name)
    assert texts(found) == texts(expected)
    assert [(r.id, r.source) for r in found] == [(r.id, r.source) for r in expected]
    assert found[0].place.startswith(url)

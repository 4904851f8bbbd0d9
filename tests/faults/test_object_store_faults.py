"""A store that fails for a while costs time; one that fails for good costs the copy, no more."""

import hashlib
import os
import random

import pytest
from faults.proxy import FaultProxy
from moto.server import ThreadedMotoServer

from spanbert.objects import ObjectStore

CONTENT = b"0123456789" * 1000


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now_s, self.pauses_s = 0.0, []

    def sleep(self, seconds):
        self.pauses_s.append(seconds)
        self.now_s += seconds

    def clock(self):
        return self.now_s


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def proxy(server, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tester")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-of-a-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with FaultProxy(server, slow_s=0.2) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield proxy


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def store(proxy, time):
    bucket = f"bucket-{os.urandom(4).hex()}"
    made = store_at(f"s3://{bucket}/runs", time)
    made._objects._call("call_s3", "create_bucket", Bucket=bucket)
    proxy.seen.clear()
    return made


def store_at(url, time, **options):
    return ObjectStore(url, sleep=time.sleep, clock=time.clock, chance=random.Random(1), **options)


def get(store, key, path, content=CONTENT):
    digest = hashlib.sha256(content).hexdigest()
    store.get(key, path, size_bytes=len(content), sha256=digest)
    return path.read_bytes()


FAULTS = ["500", "503", "429", "404", "reset", "slow", "garbage"]


@pytest.mark.parametrize("fault", FAULTS)
def test_three_faults_in_a_row_change_nothing_for_a_writer(store, proxy, time, tmp_path, fault):
    (tmp_path / "a").write_bytes(CONTENT)
    proxy.fail(fault, fault, fault)
    store.put(tmp_path / "a", "x/a")
    assert [f for _, f in proxy.seen[:3]] == [fault] * 3
    assert store.list("x") == {"x/a": len(CONTENT)}
    assert store.read("x/a") == CONTENT


@pytest.mark.parametrize("fault", [*FAULTS, "short"])
def test_three_faults_in_a_row_change_nothing_for_a_reader(store, proxy, tmp_path, fault):
    store.write("x/a", CONTENT)
    for read in (
        lambda: get(store, "x/a", tmp_path / "back"),
        lambda: store.read("x/a"),
        lambda: (store.list("x"), CONTENT)[1],
    ):
        proxy.fail(fault, fault, fault)
        assert read() == CONTENT
        assert not proxy.coming
    store.delete("x")
    assert store.list("x") == {}

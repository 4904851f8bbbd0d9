"""An artifact in a store that fails, or whose writer or reader is killed: whole or not there."""

import builtins
import functools
import os
import random
import shlex
import signal
import time

import pytest
import tiny
from faults.proxy import FaultProxy
from idle_time import IdleTime

from spanbert.cli import main
from spanbert.config import to_toml
from spanbert.errors import DataError, StorageError
from spanbert.objects import ObjectStore, artifacts
from spanbert.objects.fetching import fetch
from spanbert.objects.sending import send
from spanbert.storage import MANIFEST, publish, read_manifest, verify

FAULTS = ["500", "503", "429", "404", "reset", "slow", "garbage"]


@pytest.fixture
def proxy(s3_port, s3_url, monkeypatch):
    with FaultProxy(s3_port, slow_s=0.8) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield proxy


@pytest.fixture
def idle():
    return IdleTime()


@pytest.fixture
def store(proxy, s3_url, idle):
    return ObjectStore(s3_url, read_timeout_s=0.4, **idle.as_arguments())


def make(folder, text="text", num_files=3, kind="documents"):
    with publish(folder, kind) as draft:
        for i in range(num_files):
            (draft.folder / f"{i:02d}").write_text(f"{text} {i} " * 5000)
    return folder


@pytest.fixture
def made(tmp_path):
    return make(tmp_path / "made")


def digest_there(store, cache):
    """Of the artifact in the store, of which every byte is read; None where there is none."""
    try:
        return verify(fetch(store, "documents", 1, cache), "documents").digest
    except DataError:
        return None


@pytest.mark.parametrize("fault", FAULTS)
def test_f30_three_faults_in_a_row_change_nothing_for_a_sender(store, proxy, made, tmp_path, fault):
    for good in (0, 3, 6):  # of the requests before
        store.delete("")
        proxy.fail(*[""] * good, fault, fault, fault)
        send(store, made)
        assert not proxy.coming
        digest = digest_there(store, tmp_path / f"cache {good}")
        assert digest == read_manifest(made, "documents").digest


@pytest.mark.parametrize("fault", [*FAULTS, "short"])
def test_f30_three_faults_in_a_row_change_nothing_for_a_reader(store, proxy, made, tmp_path, fault):
    send(store, made)
    for good in (0, 2, 4):
        proxy.fail(*[""] * good, fault, fault, fault)
        digest = digest_there(store, tmp_path / f"cache {good}")
        assert not proxy.coming
        assert digest == read_manifest(made, "documents").digest


def test_f30_an_outage_is_never_taken_for_no_artifact(store, proxy, made, tmp_path):
    send(store, made)
    proxy.seen.clear()
    digest_there(store, tmp_path / "cache")
    for good in range(len(proxy.seen)):
        proxy.fail(*[""] * good)
        proxy.always = "503"
        with pytest.raises(StorageError):
            digest_there(store, tmp_path / f"cache {good}")
        proxy.always = ""
        assert not list((tmp_path / f"cache {good}").rglob(MANIFEST))


def test_f30_a_sender_given_up_anywhere_leaves_one_artifact_or_none(store, proxy, tmp_path):
    before, after = make(tmp_path / "before", "old"), make(tmp_path / "after", "new")
    digests = [read_manifest(folder, "documents").digest for folder in (before, after)]
    send(store, before)
    proxy.seen.clear()
    send(store, after)
    states = []
    for good in range(0, len(proxy.seen), 5):
        send(store, before)
        proxy.fail(*[""] * good)
        proxy.always = "500"
        with pytest.raises(StorageError) as refused:
            send(store, after)
        proxy.always = ""
        assert refused.value.exit_code == 74
        states.append(digest_there(store, tmp_path / f"cache {good}"))
    assert states[0] == digests[0]
    assert states[-1] in (digests[1], None)
    assert set(states) <= {*digests, None}
    send(store, after)
    assert digest_there(store, tmp_path / "cache") == digests[1]


def in_a_child_killed_after(delay_s, work):
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(1)
    time.sleep(delay_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_f31_a_killed_sender_leaves_one_artifact_or_none(s3_url, tmp_path):
    store, chance = ObjectStore(s3_url), random.Random(5)
    sides = [make(tmp_path / name, name, num_files=8) for name in ("before", "after")]
    digests = {read_manifest(folder, "documents").digest for folder in sides}
    for kill in range(10):
        in_a_child_killed_after(chance.uniform(0.05, 0.7), lambda k=kill: send(store, sides[k % 2]))
        assert digest_there(store, tmp_path / f"cache {kill}") in {*digests, None}
    send(store, sides[0])
    assert digest_there(store, tmp_path / "cache") in digests
    assert store.list().keys() == {MANIFEST, *(f"{i:02d}" for i in range(8))}


def test_f31_a_killed_reader_leaves_a_copy_that_is_whole_or_not_there(s3_url, tmp_path):
    store, chance = ObjectStore(s3_url), random.Random(6)
    made, cache = make(tmp_path / "made", num_files=8), tmp_path / "cache"
    send(store, made)
    for _ in range(8):
        in_a_child_killed_after(
            chance.uniform(0.05, 0.5), lambda: fetch(store, "documents", 1, cache)
        )
        for folder in cache.glob("*/documents"):
            verify(folder, "documents")
    verify(fetch(store, "documents", 1, cache), "documents")
    assert [path.name for entry in cache.iterdir() for path in entry.iterdir()] == ["documents"]


@pytest.fixture
def run(proxy, idle, tmp_path, capsys, monkeypatch):
    """Gives a command whose waiting costs no time; returns its exit code and error."""
    tiny.write_corpus(tmp_path)
    tiny.write_questions(tmp_path)
    (tmp_path / "c.toml").write_text(to_toml(tiny.config(tmp_path)))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    at_once = functools.partial(ObjectStore, **idle.as_arguments())
    monkeypatch.setattr(artifacts, "ObjectStore", at_once)

    def run(words):
        code = main(shlex.split(words))
        out, err = capsys.readouterr()
        *_progress, err = err.splitlines() or [""]
        assert err.startswith("spanbert: error: ") == (code != 0)
        assert bool(out) == (code == 0)
        return code, err

    return run


CORPUS = "corpus --config ../c.toml --output"


def test_f31_a_store_that_is_away_is_told_before_the_work(run, proxy, idle, s3_url, tmp_path):
    proxy.stop()
    code, err = run(f"{CORPUS} {s3_url} --set corpus.sources=[]")
    assert code == 74
    assert "check that the store is up" in err
    assert idle.now_s > 60
    assert not list((tmp_path / "cache").rglob("output"))


def test_f31_a_store_that_goes_away_during_the_work_gets_the_same_after_it_is_back(
    run, proxy, s3_url, tmp_path
):
    proxy.fail("", "", "", "", "", "")  # as many as it takes to look, some more to send
    proxy.always = "503"
    code, err = run(f"{CORPUS} {s3_url}")
    assert code == 74
    assert "HTTP 503" in err
    proxy.always = ""
    store = ObjectStore(s3_url)
    assert not [key for key in store.list() if key.endswith(MANIFEST)]
    assert not list((tmp_path / "cache").rglob("output"))
    assert run(f"{CORPUS} {s3_url}")[0] == 0
    assert run(f"{CORPUS} data")[0] == 0
    for name in ("documents", "held-out"):
        made = verify(artifacts.fetch_artifact(f"{s3_url}/{name}", "documents"), "documents")
        assert made.digest == read_manifest(tmp_path / "here" / "data" / name, "documents").digest


def test_f48_a_byte_changed_in_the_store_is_refused(run, s3_url):
    assert run(f"{CORPUS} {s3_url}")[0] == 0
    store = ObjectStore(s3_url)
    (key,) = (key for key in store.list("documents") if key.endswith(".zst"))
    content = bytearray(store.read(key, store.list()[key]))
    content[len(content) // 2] ^= 1
    store.write(key, bytes(content))
    code, err = run(
        f"tokenizer --config ../c.toml --documents {s3_url}/documents --output {s3_url}/vocab"
    )
    assert code == 5
    assert f"{s3_url}/{key}" in err
    assert store.list("vocab") == {}


def test_without_the_package_for_stores_its_extra_is_named(run, s3_url, monkeypatch, tmp_path):
    whole = builtins.__import__

    def without_s3fs(name, *rest):
        if name in ("s3fs", "fsspec"):
            raise ImportError(name)
        return whole(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_s3fs)
    code, err = run(f"{CORPUS} {s3_url}")
    assert code == 69
    assert "pip install 'spanbert[s3]'" in err
    assert list((tmp_path / "here").iterdir()) == []

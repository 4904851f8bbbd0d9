"""A store that fails for a while costs time; one that fails for good costs the copy, no more."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from faults.proxy import FaultProxy
from idle_time import IdleTime

from spanbert.checkpoints.remote import KIND, RemoteCheckpoints
from spanbert.errors import ConfigError, IntegrityError, SpanbertError, StorageError
from spanbert.objects import ObjectStore
from spanbert.objects.store import PART_BYTES
from spanbert.storage import publish, verify

CONTENT = b"0123456789" * 1000
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


def get(store, path, content=CONTENT):
    digest = hashlib.sha256(content).hexdigest()
    store.get("x/a", path, size_bytes=len(content), sha256=digest)
    return path.read_bytes()


def checkpoint(folder, step, content=CONTENT):
    target = folder / f"step-{step:08d}"
    with publish(target, KIND) as draft:
        (draft.folder / "model").write_bytes(content)
        (draft.folder / "state").write_text(str(step))
    return target


@pytest.mark.parametrize("fault", FAULTS)
def test_three_faults_in_a_row_change_nothing_for_a_writer(store, proxy, tmp_path, fault):
    (tmp_path / "a").write_bytes(CONTENT)
    proxy.fail(fault, fault, fault)
    store.put(tmp_path / "a", "x/a")
    assert not proxy.coming
    assert store.list("x") == {"x/a": len(CONTENT)}
    assert get(store, tmp_path / "back") == CONTENT


@pytest.mark.parametrize("fault", [*FAULTS, "short"])
def test_three_faults_in_a_row_change_nothing_for_a_reader(store, proxy, tmp_path, fault):
    store.write("x/a", CONTENT)
    for read in (
        lambda: get(store, tmp_path / "back"),
        lambda: store.read("x/a", len(CONTENT)),
        lambda: CONTENT if store.list("x") == {"x/a": len(CONTENT)} else b"",
    ):
        proxy.fail(fault, fault, fault)
        assert read() == CONTENT
        assert not proxy.coming


@pytest.mark.parametrize("fault", ["500", "429", "404", "reset", "garbage"])
def test_three_faults_in_a_row_change_nothing_for_a_removal(store, proxy, fault):
    store.write("x/a", CONTENT)
    store.write("x/b", CONTENT)
    store.write("xy", CONTENT)
    proxy.fail(fault, fault, fault)
    store.delete("x")
    assert list(store.list()) == ["xy"]


@pytest.mark.parametrize("fault", ["500", "429", "reset", "garbage", "short"])
def test_a_store_that_stays_bad_is_given_up_at_the_deadline(store, proxy, idle, tmp_path, fault):
    store.write("x/a", CONTENT)
    proxy.always = fault
    with pytest.raises(StorageError) as refused:
        get(store, tmp_path / "back")
    assert refused.value.exit_code == 74
    assert 60 < idle.now_s <= 120
    assert "s3://" in str(refused.value)
    assert "then run again" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_pauses_grow_and_differ_and_have_a_limit(store, proxy, idle):
    proxy.always = "503"
    with pytest.raises(StorageError, match=r"HTTP 503.*tries"):
        store.list()
    assert len(set(idle.pauses_s)) == len(idle.pauses_s) > 5
    assert all(p <= min(20, 0.5 * 2**i) for i, p in enumerate(idle.pauses_s))
    assert max(idle.pauses_s) > 5


def test_no_server_at_all_is_given_up_at_the_deadline(store, proxy, idle):
    proxy.stop()
    with pytest.raises(StorageError, match="AWS_ENDPOINT_URL"):
        store.list()
    assert idle.now_s > 60


@pytest.mark.parametrize("status", ["403", "401", "400"])
def test_a_refusal_is_told_at_once(store, proxy, idle, status):
    proxy.always = status
    with pytest.raises(ConfigError, match="AWS credentials"):
        store.list()
    assert idle.now_s == 0
    assert len(proxy.seen) == 1


def test_a_large_file_is_resumed_by_ranges_and_parts(store, proxy, tmp_path):
    content = random.Random(1).randbytes(2 * PART_BYTES + 1000)
    (tmp_path / "a").write_bytes(content)
    proxy.fail("", "", "reset")  # the upload is begun, its first part is sent
    store.put(tmp_path / "a", "x/a")
    parts = [line for line, _ in proxy.seen if "partNumber=" in line]
    assert [p.split("partNumber=")[1][0] for p in parts] == ["1", "2", "2", "3"]
    proxy.ranges.clear()
    proxy.fail("", "short", "503")
    assert get(store, tmp_path / "back", content) == content
    starts = [int(r.removeprefix("bytes=").split("-")[0]) // PART_BYTES for r in proxy.ranges]
    assert starts == [0, 1, 1, 1, 2]


def test_an_upload_whose_last_answer_is_lost_is_not_an_error(store, proxy, tmp_path):
    (tmp_path / "a").write_bytes(bytes(PART_BYTES + 1))
    proxy.fail("", "", "", "short")
    store.put(tmp_path / "a", "x/a")
    assert store.list() == {"x/a": PART_BYTES + 1}


def test_wrong_content_of_the_right_length_is_refused(store, tmp_path):
    store.write("x/a", CONTENT[::-1])
    with pytest.raises(IntegrityError, match=r"x/a: content differs from its recorded sha256"):
        get(store, tmp_path / "back")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fault", ["500", "reset", "garbage"])
def test_an_upload_that_fails_leaves_the_local_checkpoint_and_no_remote_one(
    store, proxy, tmp_path, fault
):
    remote = RemoteCheckpoints(store, keep=2)
    remote.upload(checkpoint(tmp_path, 1))
    local = checkpoint(tmp_path, 2)
    proxy.always = fault
    with pytest.raises(StorageError):
        remote.upload(local)
    proxy.always = ""
    verify(local, KIND)
    assert list(remote.steps()) == [1]
    remote.upload(local)
    assert list(remote.steps()) == [1, 2]


def test_an_outage_is_never_taken_for_no_checkpoints(store, proxy, tmp_path):
    remote = RemoteCheckpoints(store, keep=2)
    remote.upload(checkpoint(tmp_path, 1))
    proxy.seen.clear()
    remote.steps()
    for good in range(len(proxy.seen)):
        proxy.fail(*[""] * good)
        proxy.always = "503"
        with pytest.raises(StorageError):
            remote.steps()
        proxy.always = ""


def test_faults_at_half_of_the_requests_leave_a_whole_checkpoint(store, proxy, tmp_path):
    remote = RemoteCheckpoints(store, keep=1)
    chance, faults = random.Random(7), ["", "", "", "500", "reset", "garbage", "short"]
    for step in range(1, 4):
        local = checkpoint(tmp_path, step, chance.randbytes(5000))
        proxy.fail(*(chance.choice(faults) for _ in range(20)))
        remote.upload(local)
        assert list(remote.steps()) == [step]
        remote.download(step, tmp_path / "back")
        proxy.coming.clear()
        assert verify(tmp_path / "back", KIND) == verify(local, KIND)


def test_no_secret_is_told(store, proxy, monkeypatch):
    proxy.always = "503"
    with pytest.raises(SpanbertError) as refused:
        store.list()
    assert "canary" not in str(refused.value)
    with pytest.raises(ConfigError) as refused:
        ObjectStore("s3://tester:canary-of-a-secret@bucket/x")
    assert "canary" not in str(refused.value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://tester:canary-of-a-secret@127.0.0.1:1")
    with pytest.raises(SpanbertError) as refused:
        ObjectStore(store.url, **IdleTime().as_arguments()).list()
    assert "canary" not in str(refused.value)


UPLOADS = """
import sys
from pathlib import Path
from spanbert.checkpoints.remote import RemoteCheckpoints
from spanbert.objects import ObjectStore
remote = RemoteCheckpoints(ObjectStore(sys.argv[1]), keep=2)
print("ready", flush=True)
sys.stdin.readline()
for folder in sys.argv[2:]:
    remote.upload(Path(folder))
"""


def test_a_killed_writer_leaves_whole_checkpoints_alone(s3_url, tmp_path):
    remote = RemoteCheckpoints(ObjectStore(s3_url), keep=2)
    made = {step: checkpoint(tmp_path, step, os.urandom(200_000)) for step in range(1, 9)}
    remote.upload(made[1])
    chance = random.Random(3)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for _ in range(8):
        command = [sys.executable, "-c", UPLOADS, s3_url, *map(str, made.values())]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        writer = subprocess.Popen(command, env=environment, **pipes)
        writer.stdout.readline()
        writer.stdin.write(b"\n")
        writer.stdin.flush()
        time.sleep(chance.uniform(0.05, 0.8))
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        for step in remote.steps():
            remote.download(step, tmp_path / "back")
            assert verify(tmp_path / "back", KIND) == verify(made[step], KIND)
    remote.upload(made[8])
    remote.remove_uncommitted()
    assert max(remote.steps()) == 8
    names = {key.split("/")[0] for key in ObjectStore(s3_url).list()}
    assert names == {f"step-{step:08d}" for step in remote.steps()}

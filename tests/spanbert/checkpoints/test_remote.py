"""A mirrored checkpoint is whole and verified, or not there."""

import json

import pytest
from idle_time import IdleTime

from spanbert.checkpoints.remote import KIND, RemoteCheckpoints
from spanbert.errors import ConfigError, DataError, IntegrityError, StorageError
from spanbert.objects import ObjectStore
from spanbert.storage import MANIFEST, publish, read_manifest, verify


@pytest.fixture(params=["s3", "file"])
def store(request, tmp_path):
    is_s3 = request.param == "s3"
    url = request.getfixturevalue("s3_url") if is_s3 else (tmp_path / "store").as_uri()
    return ObjectStore(url, **IdleTime().as_arguments())


@pytest.fixture
def remote(store):
    return RemoteCheckpoints(store, keep=2)


def checkpoint(folder, step, content="weights"):
    target = folder / f"step-{step:08d}"
    with publish(target, KIND, inputs={"shards": "s" * 64}) as draft:
        (draft.folder / "part").mkdir()
        (draft.folder / "part" / "model").write_text(content)
        (draft.folder / "state").write_text(str(step))
    return target


def test_a_checkpoint_comes_back_to_the_byte(remote, tmp_path):
    local = checkpoint(tmp_path, 7)
    remote.upload(local)
    remote.download(7, tmp_path / "back")
    assert verify(tmp_path / "back", KIND) == read_manifest(local, KIND)
    for path in (MANIFEST, "part/model", "state"):
        assert (tmp_path / "back" / path).read_bytes() == (local / path).read_bytes()
    assert {p.name for p in tmp_path.iterdir()} <= {"back", "store", local.name}


def test_manifests_tell_what_is_there_without_a_download(remote, tmp_path):
    assert remote.steps() == {}
    for step in (10, 9):
        remote.upload(checkpoint(tmp_path, step))
    assert list(remote.steps()) == [9, 10]
    assert remote.steps()[10] == read_manifest(tmp_path / "step-00000010", KIND)


def test_only_the_newest_are_kept(remote, store, tmp_path):
    for step in (1, 2, 10):
        remote.upload(checkpoint(tmp_path, step))
    assert list(remote.steps()) == [2, 10]
    assert not store.list("step-00000001")


def test_the_manifest_comes_last_and_goes_first(remote, store, tmp_path, monkeypatch):
    """Cut after any change of the store: a step that is listed is whole."""
    remote.upload(checkpoint(tmp_path, 1))
    changes = type(store._objects)
    for name in ("write", "remove"):
        whole = getattr(changes, name)

        def watched(self, key, *rest, whole=whole):
            whole(self, key, *rest)
            for step in remote.steps():
                remote.download(step, tmp_path / "seen")

        monkeypatch.setattr(changes, name, watched)
    remote.upload(checkpoint(tmp_path, 1, "other weights"))
    remote.upload(checkpoint(tmp_path, 2))
    remote.upload(checkpoint(tmp_path, 3))
    assert list(remote.steps()) == [2, 3]


def test_what_is_there_already_is_not_sent_again(remote, store, tmp_path, monkeypatch):
    local = checkpoint(tmp_path, 1)
    remote.upload(local)
    monkeypatch.setattr(store._objects, "write", None)
    remote.upload(local)
    assert list(remote.steps()) == [1]


def test_another_checkpoint_of_the_same_step_replaces_it_whole(remote, store, tmp_path):
    remote.upload(checkpoint(tmp_path, 1))
    store.write("step-00000001/stray", b"of an earlier version")
    remote.upload(checkpoint(tmp_path, 1, "other"))
    remote.download(1, tmp_path / "back")
    assert (tmp_path / "back" / "part" / "model").read_text() == "other"
    assert "step-00000001/stray" not in store.list()


def test_a_damaged_local_checkpoint_is_not_sent(remote, store, tmp_path):
    local = checkpoint(tmp_path, 1)
    (local / "state").write_text("2")
    with pytest.raises(IntegrityError):
        remote.upload(local)
    (local / MANIFEST).unlink()
    with pytest.raises(DataError):
        remote.upload(local)
    assert store.list() == {}


def test_a_step_without_a_manifest_does_not_exist(remote, store, tmp_path):
    remote.upload(checkpoint(tmp_path, 1))
    store.delete(f"step-00000001/{MANIFEST}")
    assert remote.steps() == {}
    with pytest.raises(StorageError, match=r"step-00000001: no finished checkpoint here"):
        remote.download(1, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_unfinished_steps_are_cleared_only_before_the_newest_finished_one(remote, store, tmp_path):
    store.write("step-00000001/state", b"1")
    remote.remove_uncommitted()
    assert store.list("step-00000001")  # it may be the first that is on its way
    remote.upload(checkpoint(tmp_path, 2))
    store.write("step-00000003/state", b"3")
    remote.remove_uncommitted()
    assert not store.list("step-00000001")
    assert store.list("step-00000003")
    assert list(remote.steps()) == [2]
    remote.upload(checkpoint(tmp_path, 3))
    assert list(remote.steps()) == [2, 3]


@pytest.mark.parametrize("name", ["part/model", "state"])
@pytest.mark.parametrize("damage", [lambda c: b"", lambda c: c[:-1] + b"?", lambda c: c[:-1]])
def test_a_damaged_file_is_refused_and_what_was_there_stays(remote, store, tmp_path, name, damage):
    local = checkpoint(tmp_path, 1)
    remote.upload(local)
    store.write(f"step-00000001/{name}", damage((local / name).read_bytes()))
    before = checkpoint(tmp_path / "own", 5)
    with pytest.raises(IntegrityError, match=name):
        remote.download(1, before)
    verify(before, KIND)
    assert [p.name for p in before.parent.iterdir()] == [before.name]


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: "{bad",
        lambda raw: json.dumps({**raw, "files": {"../outside": raw["files"]["state"]}}),
        lambda raw: json.dumps({**raw, "files": {"/outside": raw["files"]["state"]}}),
        lambda raw: json.dumps({**raw, "files": {"a": {"sha256": "0", "size_bytes": "1"}}}),
    ],
)
def test_a_damaged_manifest_is_skipped_and_named(remote, store, tmp_path, damage):
    remote.upload(checkpoint(tmp_path, 1))
    remote.upload(checkpoint(tmp_path, 2))
    key = f"step-00000002/{MANIFEST}"
    raw = json.loads((tmp_path / "step-00000002" / MANIFEST).read_text())
    store.write(key, damage(raw).encode())
    said = []
    assert list(remote.steps(said.append)) == [1]
    assert key in said[0]
    with pytest.raises(IntegrityError, match="manifest is damaged"):
        remote.download(2, tmp_path / "back")
    assert not (tmp_path / "outside").exists()


def test_a_folder_that_is_no_checkpoint_is_never_replaced(remote, tmp_path):
    remote.upload(checkpoint(tmp_path, 1))
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis").write_text("years of work")
    with pytest.raises(ConfigError, match="something else than checkpoint is here already"):
        remote.download(1, tmp_path / "precious")
    assert (tmp_path / "precious" / "thesis").read_text() == "years of work"

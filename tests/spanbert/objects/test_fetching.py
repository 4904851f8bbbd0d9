"""A copy of an artifact is whole and verified, or not there; what has come is not fetched again."""

import json
import multiprocessing
import shutil

import pytest
from idle_time import IdleTime

from spanbert.errors import DataError, IntegrityError, StorageError
from spanbert.objects import ObjectStore
from spanbert.objects.fetching import fetch
from spanbert.objects.sending import UNFINISHED, send
from spanbert.storage import MANIFEST, publish, read_manifest, verify

FILES = {"a": b"first", "part/b": b"second", "part/c": b""}


@pytest.fixture(params=["s3", "file"])
def store(request, tmp_path):
    is_s3 = request.param == "s3"
    url = request.getfixturevalue("s3_url") if is_s3 else (tmp_path / "store").as_uri()
    return ObjectStore(url, **IdleTime().as_arguments())


@pytest.fixture
def folder(tmp_path, store):
    """An artifact that is in the store as well."""
    with publish(tmp_path / "made", "documents", 2) as draft:
        (draft.folder / "part").mkdir()
        for name, content in FILES.items():
            (draft.folder / name).write_bytes(content)
        draft.counts["documents"] = 3
    send(store, tmp_path / "made")
    return tmp_path / "made"


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "a cache"


@pytest.fixture
def read_keys(store, monkeypatch):
    """Keys that are read, one a request."""
    keys = []
    whole = type(store._objects).read

    def watched(self, key, *rest):
        keys.append(key)
        return whole(self, key, *rest)

    monkeypatch.setattr(type(store._objects), "read", watched)
    return keys


def test_an_artifact_comes_to_the_byte(store, folder, cache):
    found = fetch(store, "documents", 2, cache)
    assert verify(found, "documents", 2) == read_manifest(folder, "documents", 2)
    for name in (*FILES, MANIFEST):
        assert (found / name).read_bytes() == (folder / name).read_bytes()


def test_what_is_here_is_not_fetched_again(store, folder, cache, read_keys):
    found = fetch(store, "documents", 2, cache)
    read_keys.clear()
    assert fetch(store, "documents", 2, cache) == found
    assert read_keys == [MANIFEST]


def test_an_artifact_that_was_replaced_is_fetched_to_another_folder(store, folder, cache):
    found = fetch(store, "documents", 2, cache)
    with publish(folder, "documents", 2) as draft:
        (draft.folder / "a").write_text("other")
    send(store, folder)
    other = fetch(store, "documents", 2, cache)
    assert (other / "a").read_text() == "other"
    assert verify(found, "documents", 2).counts == {"documents": 3}


def test_no_manifest_is_no_artifact(store, folder, cache):
    for key in (MANIFEST, ""):
        store.write(UNFINISHED, (folder / MANIFEST).read_bytes())
        store.delete(key)
        with pytest.raises(DataError, match="no finished documents artifact here") as refused:
            fetch(store, "documents", 2, cache)
        assert str(refused.value).startswith(store.url)
    assert not cache.exists()


@pytest.mark.parametrize(("kind", "version"), [("shards", 2), ("documents", 1)])
def test_another_kind_or_version_is_refused_before_anything_is_fetched(
    store, folder, cache, read_keys, kind, version
):
    read_keys.clear()
    with pytest.raises(DataError, match=f"documents version 2, not {kind} version {version}"):
        fetch(store, kind, version, cache)
    assert read_keys == [MANIFEST]
    assert not cache.exists()


@pytest.mark.parametrize("damage", [b"", b"firsT", b"firs", b"first and more"])
def test_a_changed_file_is_refused_with_its_url(store, folder, cache, damage):
    store.write("a", damage)
    with pytest.raises(IntegrityError) as refused:
        fetch(store, "documents", 2, cache)
    assert str(refused.value).startswith(f"{store.url}/a: ")
    assert "remove it there and make it again" in str(refused.value)
    assert not list(cache.rglob(MANIFEST))
    store.delete("a")
    send(store, folder)  # as the message says
    verify(fetch(store, "documents", 2, cache), "documents", 2)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: "{bad",
        lambda raw: json.dumps({**raw, "files": {"../outside": raw["files"]["a"]}}),
    ],
)
def test_a_damaged_manifest_is_refused(store, folder, cache, damage, tmp_path):
    raw = json.loads((folder / MANIFEST).read_text())
    store.write(MANIFEST, damage(raw).encode())
    with pytest.raises(IntegrityError, match="manifest is damaged"):
        fetch(store, "documents", 2, cache)
    assert not list(tmp_path.rglob("outside"))


def test_a_missing_file_is_told_by_its_url_and_what_has_come_stays(store, folder, cache, read_keys):
    store.delete("part/b")
    with pytest.raises(StorageError, match=f"{store.url}/part/b"):
        fetch(store, "documents", 2, cache)
    send(store, folder)
    read_keys.clear()
    verify(fetch(store, "documents", 2, cache), "documents", 2)
    assert "a" not in read_keys
    assert "part/b" in read_keys


def test_what_came_wrong_before_a_kill_is_fetched_again(store, folder, cache):
    found = fetch(store, "documents", 2, cache)
    (found / "a").write_bytes(b"FIRST")
    (found / MANIFEST).unlink()
    found.rename(found.with_name(".documents.partial"))
    verify(fetch(store, "documents", 2, cache), "documents", 2)


def test_a_disk_without_room_is_told_before_anything_is_fetched(
    store, folder, cache, read_keys, monkeypatch
):
    usage = shutil.disk_usage(cache.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=3))
    read_keys.clear()
    with pytest.raises(StorageError, match="XDG_CACHE_HOME"):
        fetch(store, "documents", 2, cache)
    assert read_keys == [MANIFEST]


def test_a_cache_that_cannot_be_written_is_told(store, folder, cache):
    cache.write_text("a file")
    with pytest.raises(StorageError, match="a cache"):
        fetch(store, "documents", 2, cache)


def test_two_processes_that_want_the_same_get_it_and_fetch_it_once(store, folder, cache):
    together = multiprocessing.get_context("fork")
    told, barrier = together.Queue(), together.Barrier(2)
    readers = [
        together.Process(target=fetch_counting, args=(store, cache, barrier, told))
        for _ in range(2)
    ]
    for reader in readers:
        reader.start()
    found = [told.get(timeout=60) for _ in readers]
    for reader in readers:
        reader.join(60)
    assert len({where for where, _ in found}) == 1
    assert sorted(num_files for _, num_files in found) == [0, 2]  # the empty one needs no request
    verify(fetch(store, "documents", 2, cache), "documents", 2)


def fetch_counting(store, cache, barrier, told):
    """Fetch when the other is ready too; tell where it is and how many reads it took."""
    keys = []
    whole = type(store._objects).read

    def counted(self, key, *rest):
        keys.append(key)
        return whole(self, key, *rest)

    type(store._objects).read = counted
    barrier.wait(30)
    folder = fetch(store, "documents", 2, cache)
    told.put((str(folder), len(set(keys) - {MANIFEST})))

"""Whatever cuts a sender off, a store holds the artifact of before, the new one, or none."""

import math
import uuid

import pytest
from idle_time import IdleTime

from spanbert.errors import ConfigError, DataError, IntegrityError, StorageError
from spanbert.objects import ObjectStore
from spanbert.objects.fetching import fetch
from spanbert.objects.sending import UNFINISHED, require_replaceable, send
from spanbert.storage import MANIFEST, publish, read_manifest, verify

BEFORE = {"a": "same in both", "b": "old", "part/c": "only before"}
AFTER = {"a": "same in both", "b": "new", "d": "only after"}


@pytest.fixture(params=["s3", "file"])
def store(request, tmp_path):
    is_s3 = request.param == "s3"
    url = request.getfixturevalue("s3_url") if is_s3 else (tmp_path / "store").as_uri()
    return ObjectStore(url, **IdleTime().as_arguments())


def artifact(folder, files, kind="documents", **inputs):
    with publish(folder, kind, inputs=inputs) as draft:
        for name, text in files.items():
            (draft.folder / name).parent.mkdir(exist_ok=True)
            (draft.folder / name).write_text(text)
    return folder


@pytest.fixture
def before(tmp_path):
    return artifact(tmp_path / "before", BEFORE)


@pytest.fixture
def after(tmp_path):
    return artifact(tmp_path / "after", AFTER)


class Changes:
    """Changes of a store, ("write" or "remove", key) each; at a limit a sender is cut off."""

    def __init__(self):
        self.made, self.limit = [], math.inf

    def clear(self, limit=math.inf):
        self.made.clear()
        self.limit = limit

    def count(self, name, key):
        if len(self.made) >= self.limit:
            raise KeyboardInterrupt
        self.made.append((name, key))

    @property
    def written(self):
        """Files of the artifact that were sent."""
        return {key for name, key in self.made if name == "write"} - {UNFINISHED, MANIFEST}


@pytest.fixture
def changes(store, monkeypatch):
    changes = Changes()
    for name in ("write", "remove"):
        whole = getattr(type(store._objects), name)

        def watched(self, key, *rest, whole=whole, name=name):
            changes.count(name, key)
            whole(self, key, *rest)

        monkeypatch.setattr(type(store._objects), name, watched)
    return changes


def content(store):
    """Text of each object by key."""
    return {key: store.read(key, size).decode() for key, size in store.list().items() if size}


def test_a_store_holds_the_files_of_the_folder_and_nothing_else(store, before):
    send(store, before)
    files = (path for path in before.rglob("*") if path.is_file())
    assert content(store) == {p.relative_to(before).as_posix(): p.read_text() for p in files}


def test_another_artifact_replaces_it_whole(store, before, after, tmp_path):
    send(store, before)
    send(store, after)
    assert content(store).keys() == {*AFTER, MANIFEST}
    fetched = fetch(store, "documents", 1, tmp_path / "cache")
    assert verify(fetched, "documents") == read_manifest(after, "documents")


@pytest.mark.parametrize("comes_back", ["after", "before"])
def test_wherever_a_sender_is_cut_off_one_artifact_or_none_is_there_and_one_can_go_on(
    store, before, after, changes, tmp_path, request, comes_back
):
    digests = {read_manifest(folder, "documents").digest for folder in (before, after)}
    next_one = request.getfixturevalue(comes_back)
    found, is_cut, limit = set(), True, 0
    while is_cut:
        changes.clear()
        store.delete("")
        send(store, before)
        is_cut = is_cut_off_after(limit, changes, store, after)
        found.add(digest_there(store, tmp_path))
        send(store, next_one)
        assert digest_there(store, tmp_path) == read_manifest(next_one, "documents").digest
        names = {path.relative_to(next_one).as_posix() for path in next_one.rglob("*")} - {"part"}
        assert store.list().keys() == names
        limit += 1
    assert found == digests | {None}
    assert limit > 8


def is_cut_off_after(limit, changes, store, folder):
    changes.clear(limit)
    try:
        send(store, folder)
    except KeyboardInterrupt:
        return True
    finally:
        changes.clear()
    return False


def digest_there(store, tmp_path):
    """Of the artifact in the store, of which every byte is read; None where there is none."""
    try:
        folder = fetch(store, "documents", 1, tmp_path / "cache" / uuid.uuid4().hex)
    except DataError:
        return None
    return verify(folder, "documents").digest


def test_a_sender_that_comes_back_sends_only_what_is_missing(store, before, changes):
    changes.clear(limit=3)  # the marker, then two files
    with pytest.raises(KeyboardInterrupt):
        send(store, before)
    sent = changes.written
    changes.clear()
    send(store, before)
    assert len(sent) == 2
    assert changes.written == BEFORE.keys() - sent


def test_the_same_artifact_is_not_sent_again(store, before, changes):
    send(store, before)
    changes.clear()
    send(store, before)
    assert changes.made == []


def test_files_that_stay_the_same_are_not_sent_again(store, before, after, changes):
    send(store, before)
    changes.clear()
    send(store, after)
    assert changes.written == {"b", "d"}


def test_equal_files_of_other_origin_change_the_manifest_alone(store, before, changes, tmp_path):
    send(store, before)
    changes.clear()
    send(store, artifact(tmp_path / "other", BEFORE, sources="another digest"))
    assert changes.written == set()
    fetched = fetch(store, "documents", 1, tmp_path / "cache")
    assert read_manifest(fetched, "documents").inputs == {"sources": "another digest"}


def test_a_file_that_was_removed_there_is_mended(store, before, tmp_path):
    send(store, before)
    store.delete("b")
    send(store, before)
    verify(fetch(store, "documents", 1, tmp_path / "cache"), "documents")


@pytest.mark.parametrize("there", ["another kind", "a file", "an unfinished one of another kind"])
def test_only_an_artifact_of_the_same_kind_is_replaced(store, before, there, tmp_path):
    if there == "a file":
        store.write("thesis", b"years of work")
    else:
        send(store, artifact(tmp_path / "other", {"a": "vocabulary"}, kind="tokenizer"))
        if there.startswith("an unfinished"):
            store.write(UNFINISHED, (tmp_path / "other" / MANIFEST).read_bytes())
            store.delete(MANIFEST)
    there_before = content(store)
    for refuses in (
        lambda: send(store, before),
        lambda: require_replaceable(store, "documents"),
    ):
        with pytest.raises(ConfigError, match="something else than documents is here already"):
            refuses()
    assert content(store) == there_before


def test_a_damaged_folder_is_not_sent(store, before):
    (before / "b").write_text("odd")
    with pytest.raises(IntegrityError):
        send(store, before)
    (before / MANIFEST).unlink()
    with pytest.raises(DataError, match="no finished artifact here"):
        send(store, before)
    assert store.list() == {}


def test_a_file_that_vanishes_on_the_way_keeps_the_artifact_from_being_there(
    store, before, monkeypatch, tmp_path
):
    whole = type(store._objects).write

    def other_writer_removes(self, key, sent):
        whole(self, key, sent)
        if key == "part/c":
            store.delete("a")

    monkeypatch.setattr(type(store._objects), "write", other_writer_removes)
    with pytest.raises(StorageError, match="another writer changed the files"):
        send(store, before)
    with pytest.raises(DataError):
        fetch(store, "documents", 1, tmp_path / "cache")

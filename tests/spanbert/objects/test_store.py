"""What is put comes back to the byte, from S3 and from a folder alike."""

import builtins
import hashlib
import os

import pytest
from idle_time import IdleTime

from spanbert.errors import ConfigError, DependencyError, IntegrityError, StorageError
from spanbert.objects import ObjectStore
from spanbert.objects.store import PART_BYTES


@pytest.fixture(params=["s3", "file"])
def store(request, tmp_path):
    is_s3 = request.param == "s3"
    url = request.getfixturevalue("s3_url") if is_s3 else (tmp_path / "a store").as_uri()
    return ObjectStore(url, **IdleTime().as_arguments())


@pytest.mark.parametrize("size_bytes", [0, 1, 1000, PART_BYTES, 2 * PART_BYTES + 1])
def test_what_is_put_comes_back_to_the_byte(store, tmp_path, size_bytes):
    content = os.urandom(size_bytes)
    (tmp_path / "a").write_bytes(content)
    store.put(tmp_path / "a", "x/y/a")
    assert store.list() == {"x/y/a": size_bytes}
    digest = hashlib.sha256(content).hexdigest()
    store.get("x/y/a", tmp_path / "b", size_bytes=size_bytes, sha256=digest)
    assert (tmp_path / "b").read_bytes() == content
    assert not list(tmp_path.glob(".*"))


def test_a_prefix_is_a_folder_and_not_a_beginning(store):
    for key in ("step-1/a", "step-10/a", "step-1x", "a/step-1/b"):
        store.write(key, b"content")
    assert list(store.list("step-1")) == ["step-1/a"]
    store.delete("step-1")
    assert sorted(store.list()) == ["a/step-1/b", "step-10/a", "step-1x"]
    assert store.list("nothing/here") == {}
    store.delete("nothing/here")


def test_one_object_is_listed_and_removed_by_its_key(store):
    store.write("x/a", b"12")
    store.write("x/b", b"345")
    assert store.list("x/a") == {"x/a": 2}
    store.delete("x/a")
    assert store.list("x") == {"x/b": 3}


def test_writing_again_replaces(store):
    store.write("a", b"before")
    store.write("a", b"now")
    assert store.read("a", 3) == b"now"


def test_what_is_not_there_is_told_by_its_url(store, tmp_path):
    with pytest.raises(StorageError, match=r"/x/a: .*-> list what is there") as refused:
        store.read("x/a", 3)
    assert str(refused.value).startswith(store.url)
    with pytest.raises(StorageError):
        store.get("x/a", tmp_path / "a", size_bytes=3, sha256="0" * 64)
    with pytest.raises(StorageError, match="No such file"):
        store.put(tmp_path / "not there", "x/a")


def test_a_wrong_digest_keeps_the_file_that_was_there(store, tmp_path):
    store.write("a", b"content")
    (tmp_path / "a").write_text("mine")
    with pytest.raises(IntegrityError):
        store.get("a", tmp_path / "a", size_bytes=7, sha256="0" * 64)
    assert (tmp_path / "a").read_text() == "mine"


def test_a_store_made_before_a_fork_works_on_both_sides(store):
    store.write("a", b"parent")
    child = os.fork()
    if child == 0:
        try:
            store.write("b", store.read("a", 6))
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert store.read("b", 6) == b"parent"


@pytest.mark.parametrize(
    "url",
    ["s3://", "http://bucket/x", "bucket/x", "/folder", "file://host/x", "file:x", "gs://a/b", ""],
)
def test_other_urls_are_refused(url):
    with pytest.raises(ConfigError, match="is no store -> write s3://"):
        ObjectStore(url)


@pytest.mark.parametrize(
    "url", ["s3://key:canary@bucket/x", "s3://bucket/x?X-Amz-Signature=canary", "s3://b/x#canary"]
)
def test_credentials_in_a_url_are_refused_and_not_repeated(url):
    with pytest.raises(ConfigError, match="no credentials") as refused:
        ObjectStore(url)
    assert "canary" not in str(refused.value)


def test_no_bucket_and_no_credentials_are_told_at_once(s3_url, monkeypatch, tmp_path):
    idle = IdleTime()
    with pytest.raises(ConfigError, match=r"NoSuchBucket.*-> create the bucket"):
        ObjectStore("s3://not-there/x", **idle.as_arguments()).list()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(ConfigError, match=r"no credentials.*-> set AWS_ACCESS_KEY_ID"):
        ObjectStore(s3_url, **idle.as_arguments()).list()
    assert idle.now_s == 0


def test_without_s3fs_the_extra_is_named(s3_url, monkeypatch):
    whole = builtins.__import__

    def without_s3fs(name, *rest):
        if name in ("s3fs", "fsspec"):
            raise ImportError(name)
        return whole(name, *rest)

    store = ObjectStore(s3_url)
    monkeypatch.setattr(builtins, "__import__", without_s3fs)
    with pytest.raises(DependencyError, match=r"pip install 'spanbert\[s3\]'"):
        store.list()

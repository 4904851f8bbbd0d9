"""Artifacts are whole or absent, and a changed byte is seen."""

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from spanbert import storage
from spanbert.errors import ConfigError, DataError, IntegrityError, StorageError


def publish(folder, content="content", **extra):
    with storage.publish(folder, "things", **extra) as draft:
        (draft.folder / "part").mkdir()
        (draft.folder / "part" / "a.txt").write_text(content)
        draft.counts["lines"] = 1
    return storage.read_manifest(folder, "things")


def test_a_published_folder_verifies_and_tells_its_origin(tmp_path):
    made = publish(tmp_path / "x", inputs={"source": "abc"}, config={"size": 1})
    assert storage.verify(tmp_path / "x", "things") == made
    assert (made.inputs, made.config, made.counts) == ({"source": "abc"}, {"size": 1}, {"lines": 1})
    assert list(made.files) == ["part/a.txt"]


def test_equal_content_has_an_equal_digest_wherever_it_lies(tmp_path):
    first = publish(tmp_path / "x", inputs={"source": "abc"})
    assert publish(tmp_path / "y").digest == first.digest
    assert publish(tmp_path / "z", "other").digest != first.digest


def test_a_failing_body_leaves_nothing_and_keeps_what_was_there(tmp_path):
    publish(tmp_path / "x")
    with pytest.raises(ZeroDivisionError), storage.publish(tmp_path / "x", "things") as draft:
        (draft.folder / "half").write_text(str(1 / 0))
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    assert storage.verify(tmp_path / "x", "things")


def test_publishing_again_replaces_the_folder(tmp_path):
    publish(tmp_path / "x")
    publish(tmp_path / "x", "new")
    storage.verify(tmp_path / "x", "things")
    assert (tmp_path / "x" / "part" / "a.txt").read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_every_flipped_bit_is_seen(tmp_path):
    publish(tmp_path / "x")
    path = tmp_path / "x" / "part" / "a.txt"
    whole = path.read_bytes()
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1
        path.write_bytes(changed)
        with pytest.raises(IntegrityError, match=r"a\.txt"):
            storage.verify(tmp_path / "x", "things")


@pytest.mark.parametrize("damage", [lambda p: p.unlink(), lambda p: p.write_text("cont")])
def test_a_missing_or_cut_file_is_seen(tmp_path, damage):
    publish(tmp_path / "x")
    damage(tmp_path / "x" / "part" / "a.txt")
    with pytest.raises(IntegrityError):
        storage.verify(tmp_path / "x", "things")


def test_a_folder_without_a_manifest_does_not_exist(tmp_path):
    publish(tmp_path / "x")
    (tmp_path / "x" / storage.MANIFEST).unlink()
    with pytest.raises(DataError, match="no finished things"):
        storage.read_manifest(tmp_path / "x", "things")


def test_another_kind_is_refused(tmp_path):
    publish(tmp_path / "x")
    with pytest.raises(DataError, match="this is things version 1, not shards version 1"):
        storage.read_manifest(tmp_path / "x", "shards")


def test_a_killed_writer_leaves_no_artifact_and_its_rest_is_cleared(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from spanbert.storage import publish\n"
        "with publish(Path(sys.argv[1]), 'things') as d:\n"
        "    (d.folder / 'a').write_text('x'); print('written', flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "x")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    assert not (tmp_path / "x").exists()
    assert len(list(tmp_path.iterdir())) == 1
    storage.remove_partials(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def full_disk(tmp_path):
    """A file system with room for 256 KiB."""
    folder = tmp_path / "full"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(["mount", *options], check=False).returncode:
        pytest.skip("mounting needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(full_disk):
    with (
        pytest.raises(StorageError, match=r"No space left.*free some space") as refused,
        storage.publish(full_disk / "x", "things") as draft,
    ):
        (draft.folder / "big").write_bytes(b"0" * 1_000_000)
    assert refused.value.exit_code == 74
    assert list(full_disk.iterdir()) == []


def test_a_text_is_replaced_whole_or_not_at_all(full_disk):
    target = full_disk / "note.txt"
    storage.write_text_atomic(target, "before")
    with pytest.raises(StorageError):
        storage.write_text_atomic(target, "x" * 1_000_000)
    assert target.read_text() == "before"
    assert [p.name for p in full_disk.iterdir()] == ["note.txt"]


def test_too_little_room_is_refused_before_the_work(full_disk):
    with pytest.raises(StorageError, match=r"needs 1000 MB"):
        storage.require_free_space(full_disk / "not" / "there" / "yet", 1_000_000_000)
    storage.require_free_space(full_disk, 1_000)


def test_a_refusal_names_its_cause():
    error = OSError(errno.EROFS, os.strerror(errno.EROFS), "/somewhere")
    told = str(storage.storage_error(error))
    assert told.startswith("/somewhere: Read-only file system")


@pytest.mark.parametrize("kind", ["things", "others"])
def test_nothing_but_an_artifact_of_the_same_kind_is_replaced(tmp_path, kind):
    mine = tmp_path / "precious"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    if kind == "others":
        with storage.publish(tmp_path / "x", "others"):
            pass
        mine = tmp_path / "x"
    with pytest.raises(ConfigError, match="something else than things is here already"):
        publish(mine)
    assert kind == "others" or (mine / "thesis.txt").read_text() == "years of work"


def test_a_file_in_the_place_is_left_alone(tmp_path):
    (tmp_path / "x").write_text("mine")
    with pytest.raises(ConfigError):
        publish(tmp_path / "x")
    assert (tmp_path / "x").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_an_empty_folder_is_filled_and_a_failed_one_leaves_no_parent(tmp_path):
    (tmp_path / "empty").mkdir()
    publish(tmp_path / "empty")
    with pytest.raises(ZeroDivisionError), storage.publish(tmp_path / "new" / "x", "things"):
        raise ZeroDivisionError
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("content", ["{bad", "{}", "[]", '{"files": 3}'])
def test_a_damaged_manifest_is_an_integrity_error(tmp_path, content):
    publish(tmp_path / "x")
    (tmp_path / "x" / storage.MANIFEST).write_text(content)
    with pytest.raises(IntegrityError, match="manifest is damaged"):
        storage.read_manifest(tmp_path / "x", "things")


def test_damage_is_named_by_file_and_bytes(tmp_path):
    publish(tmp_path / "x", "0123456789" * 1_000_000)
    path = tmp_path / "x" / "part" / "a.txt"
    content = bytearray(path.read_bytes())
    content[9_000_000] ^= 1
    path.write_bytes(content)
    told = r"a\.txt: content differs from its recorded sha256 in bytes 8388608 to 10000000"
    with pytest.raises(IntegrityError, match=told):
        storage.verify(tmp_path / "x", "things")


def test_a_manifest_from_before_blocks_were_recorded_reads_the_same(tmp_path):
    made = publish(tmp_path / "x", "0123456789" * 1_000_000)
    path = tmp_path / "x" / storage.MANIFEST
    raw = json.loads(path.read_text())
    assert raw["files"]["part/a.txt"].pop("crc32_of_blocks")
    path.write_text(json.dumps(raw))
    assert storage.verify(tmp_path / "x", "things").digest == made.digest
    (tmp_path / "x" / "part" / "a.txt").write_text("1123456789" * 1_000_000)
    with pytest.raises(IntegrityError, match=r"recorded sha256 -> remove"):
        storage.verify(tmp_path / "x", "things")


def test_the_digest_of_an_artifact_is_what_it_always_was(tmp_path):
    made = publish(tmp_path / "x", "0123456789" * 1_000_000)
    sha256 = hashlib.sha256(b"0123456789" * 1_000_000).hexdigest()
    content = json.dumps(["things", 1, {"part/a.txt": sha256}])
    assert made.digest == hashlib.sha256(content.encode()).hexdigest()


def test_the_manifest_of_small_files_has_no_other_keys_than_before(tmp_path):
    publish(tmp_path / "x")
    raw = json.loads((tmp_path / "x" / storage.MANIFEST).read_text())
    assert set(raw["files"]["part/a.txt"]) == {"sha256", "size_bytes"}


@pytest.mark.parametrize(
    ("name", "extra"), [("part/a.txt", {"colour": "red"}), ("../a.txt", {}), ("/a.txt", {})]
)
def test_unknown_keys_and_names_outside_are_damage(tmp_path, name, extra):
    publish(tmp_path / "x")
    path = tmp_path / "x" / storage.MANIFEST
    raw = json.loads(path.read_text())
    raw["files"] = {name: {**raw["files"]["part/a.txt"], **extra}}
    path.write_text(json.dumps(raw))
    with pytest.raises(IntegrityError, match="manifest is damaged"):
        storage.read_manifest(tmp_path / "x", "things")


def test_publishing_again_mends_damage(tmp_path):
    made = publish(tmp_path / "x")
    (tmp_path / "x" / "part" / "a.txt").write_text("CONTENT")
    publish(tmp_path / "x")
    assert storage.verify(tmp_path / "x", "things") == made

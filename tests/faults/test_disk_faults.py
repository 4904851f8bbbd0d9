"""A disk that is full or read-only: told in one line, nothing left, what was there is intact."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from spanbert.checkpoints.remote import KIND, RemoteCheckpoints
from spanbert.errors import StorageError
from spanbert.objects import ObjectStore
from spanbert.storage import publish, verify

NOBODY = 65534


@pytest.fixture
def small_disk(tmp_path):
    """A file system with room for 2 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, check=False).returncode:
        pytest.skip("mounting needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def checkpoint(folder, size_bytes):
    with publish(folder, KIND) as draft:
        (draft.folder / "model").write_bytes(os.urandom(size_bytes))
    return folder


def test_a_disk_that_fills_while_publishing_keeps_the_artifact_before(small_disk):
    before = verify(checkpoint(small_disk / "step-00000001", 900_000), KIND)
    for target in ("step-00000001", "step-00000002"):
        with pytest.raises(StorageError, match="No space left") as refused:
            checkpoint(small_disk / target, 1_500_000)
        assert refused.value.exit_code == 74
        assert [p.name for p in small_disk.iterdir()] == ["step-00000001"]
        assert verify(small_disk / "step-00000001", KIND) == before


def test_a_disk_that_fills_at_the_manifest_publishes_nothing(small_disk):
    room = shutil.disk_usage(small_disk).free
    with pytest.raises(StorageError, match="No space left"):
        checkpoint(small_disk / "step-00000001", room // 4096 * 4096)
    assert list(small_disk.iterdir()) == []


def test_a_disk_that_fills_while_downloading_keeps_what_was_there(small_disk, tmp_path):
    remote = RemoteCheckpoints(ObjectStore((tmp_path / "store").as_uri()), keep=1)
    remote.upload(checkpoint(tmp_path / "step-00000002", 1_500_000))
    before = verify(checkpoint(small_disk / "latest", 900_000), KIND)
    with pytest.raises(StorageError, match="No space left"):
        remote.download(2, small_disk / "latest")
    assert [p.name for p in small_disk.iterdir()] == ["latest"]
    assert verify(small_disk / "latest", KIND) == before


def test_a_full_store_folder_is_told_at_once_and_holds_no_checkpoint(small_disk, tmp_path):
    remote = RemoteCheckpoints(ObjectStore(small_disk.as_uri()), keep=2)
    remote.upload(checkpoint(tmp_path / "step-00000001", 900_000))
    with pytest.raises(StorageError, match="No space left"):
        remote.upload(checkpoint(tmp_path / "step-00000002", 1_500_000))
    assert list(remote.steps()) == [1]


PUBLISHES_AS_NOBODY = """
import os, sys
from pathlib import Path
from spanbert.errors import SpanbertError
from spanbert.storage import publish
os.setuid(int(sys.argv[2]))  # after the imports: Python itself may be root's
try:
    with publish(Path(sys.argv[1]), "things") as draft:
        (draft.folder / "a").write_text("a")
except SpanbertError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="becoming another user needs root")
def test_a_folder_that_is_not_ours_is_refused_in_one_line():
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders let nobody in
        folder = Path(name)
        folder.chmod(0o755)
        command = [sys.executable, "-c", PUBLISHES_AS_NOBODY, str(folder / "x"), str(NOBODY)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (74, "")
        assert done.stdout.startswith(f"{folder}/x: Permission denied -> check the path")
        assert list(folder.iterdir()) == []

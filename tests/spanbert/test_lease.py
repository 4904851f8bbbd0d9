"""One owner at a time, and none after a death."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from spanbert.errors import ConfigError
from spanbert.lease import is_owned, sole_owner, try_lock

HOLD = """
import sys, time
from pathlib import Path
from spanbert.lease import sole_owner
with sole_owner(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def owner(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_owner_is_refused_with_the_first_and_its_age(tmp_path, owner):
    assert is_owned(tmp_path)
    with pytest.raises(ConfigError) as refused, sole_owner(tmp_path):
        pass
    assert re.search(rf"process {owner.pid} on \S+, for \d+ s,", str(refused.value))
    assert refused.value.exit_code == 2


def test_a_killed_owner_is_none(tmp_path, owner):
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    assert not is_owned(tmp_path)
    with sole_owner(tmp_path):
        assert json.loads((tmp_path / "lock").read_text())["pid"] == os.getpid()
    assert not is_owned(tmp_path)


def test_a_folder_that_nobody_held_is_not_owned(tmp_path):
    assert not is_owned(tmp_path / "new")


def test_a_lease_that_its_owner_removed_while_it_was_asked_for_is_not_held(tmp_path, monkeypatch):
    """Whoever opened the file just before would else own what nobody looks at any more."""
    folder = tmp_path / "work"
    removed = []

    def late(lock, kind=fcntl.LOCK_EX):
        if not removed:
            removed.append(shutil.rmtree(folder))
        return try_lock(lock, kind)

    monkeypatch.setattr("spanbert.lease.try_lock", late)
    with sole_owner(folder):
        assert is_owned(folder)

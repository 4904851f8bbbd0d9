"""F50: two processes that publish one folder at once both end well, and it is whole."""

import os
import subprocess
import sys

import pytest

from spanbert.storage import verify

ROUNDS = 50
# each round starts at a line on the input, so that both writers come at the same moment
PUBLISHES = """
import sys
from pathlib import Path
from spanbert.storage import publish, verify
target, content = Path(sys.argv[1]), sys.argv[2]
for line in sys.stdin:
    folder = target / line.strip()
    with publish(folder, "things") as draft:
        for name in "abc":
            (draft.folder / name).write_text(content * 1000)
"""
VERIFIES = """
    print(verify(folder, "things").digest, flush=True)
"""


def writers(folder, contents, script):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    commands = [[sys.executable, "-c", script, str(folder), content] for content in contents]
    return [subprocess.Popen(c, env=environment, **pipes) for c in commands]


def publish_at_once(processes, name):
    for process in processes:
        process.stdin.write(f"{name}\n")
        process.stdin.flush()
    return [process.stdout.readline().strip() for process in processes]


@pytest.mark.parametrize("is_new_each_time", [True, False])
def test_equal_content_published_at_once_is_there_once_and_whole(tmp_path, is_new_each_time):
    processes = writers(tmp_path / "runs", ["x", "x"], PUBLISHES + VERIFIES)
    for i in range(ROUNDS):
        name = f"round-{i}" if is_new_each_time else "same"
        digests = publish_at_once(processes, name)
        assert digests == [verify(tmp_path / "runs" / name, "things").digest] * 2
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    made = {f"round-{i}" for i in range(ROUNDS)} if is_new_each_time else {"same"}
    assert {p.name for p in (tmp_path / "runs").iterdir()} == made


def test_of_different_content_one_is_there_and_whole(tmp_path):
    processes = writers(tmp_path, ["x", "y"], PUBLISHES)
    for process in processes:
        process.stdin.write("same\n" * ROUNDS)
        process.stdin.close()
    assert [process.wait() for process in processes] == [0, 0]
    verify(tmp_path / "same", "things")
    assert [p.name for p in tmp_path.iterdir()] == ["same"]

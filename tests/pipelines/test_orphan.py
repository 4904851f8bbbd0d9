"""A pipeline ends with the command that started it, however that ends."""

import os
import subprocess
import sys
import time
from pathlib import Path

from pipelines.processes import processes_of

ROOT = Path(__file__).parents[2]
# A pipeline that goes on to the next step when one has ended, each in a session of its own.
PIPELINE = """
import subprocess, sys
from pathlib import Path
from pipelines.orphan import end_with_parent
end_with_parent(int(sys.argv[1]), Path(sys.argv[2]), has_containers=False)
step = [sys.executable, "-c", "import time; time.sleep(120)"]
for _ in range(3):
    subprocess.run(step, start_new_session=True)
"""
COMMAND = """
import os, subprocess, sys, time
words = [sys.executable, "-c", sys.argv[1], str(os.getpid()), sys.argv[2]]
child = subprocess.Popen(words, env=os.environ | {"SPANBERT_RUN_FOLDER": sys.argv[2]})
time.sleep(float(sys.argv[3]))
"""


def start(folder, time_s):
    """The command, which is no process of the run itself, as `spanbert run` is none."""
    words = [sys.executable, "-c", COMMAND, PIPELINE, str(folder), str(time_s)]
    path = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    return subprocess.Popen(words, env=os.environ | {"PYTHONPATH": path}, start_new_session=True)


def wait_for(condition):
    deadline_s = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline_s:
        time.sleep(0.1)
    assert condition()


def test_what_a_killed_command_has_started_ends_and_begins_no_further_step(tmp_path):
    command = start(tmp_path, 120)
    wait_for(lambda: len(processes_of(tmp_path)) == 2)
    time.sleep(2)
    assert len(processes_of(tmp_path)) == 2, "it goes on while the command is there"
    command.kill()
    command.wait()
    wait_for(lambda: not processes_of(tmp_path))
    time.sleep(1)
    assert processes_of(tmp_path) == []


def test_a_command_that_is_gone_before_its_pipeline_begins_is_missed(tmp_path):
    start(tmp_path, 0).wait()
    assert processes_of(tmp_path)
    wait_for(lambda: not processes_of(tmp_path))

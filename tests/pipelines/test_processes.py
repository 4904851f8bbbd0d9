"""Every process of a run is found by its mark and ended, whoever its parent is."""

import subprocess
import sys
import time

from pipelines.processes import end_processes, marked_environment, processes_of

# A parent that leaves a child in a session of its own, which does not listen to SIGTERM, and dies.
ORPHAN = """
import subprocess, sys
child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(120)"
subprocess.Popen([sys.executable, "-c", child], start_new_session=True)
"""


def test_orphans_that_ignore_termination_are_ended(tmp_path):
    environment = marked_environment(tmp_path)
    subprocess.run([sys.executable, "-c", ORPHAN], env=environment, check=True)
    deadline_s = time.monotonic() + 10
    while not processes_of(tmp_path) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert len(processes_of(tmp_path)) == 1
    time.sleep(1)  # until it ignores the signal
    assert end_processes(tmp_path) == 1
    assert processes_of(tmp_path) == []


def test_processes_of_another_run_are_left_alone(tmp_path):
    environment = marked_environment(tmp_path / "other")
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env=environment)
    try:
        assert end_processes(tmp_path) == 0
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()

"""What a Ray cluster does with a RayJob's entrypoint: it runs in a process."""

import os
import shlex
import subprocess
import sys


def start(entrypoint):
    """The process, in the Python of the tests."""
    words = [sys.executable, *shlex.split(entrypoint)[1:]]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(words, env=environment)

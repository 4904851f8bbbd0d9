"""Install the locked requirements into the environment that runs this file.

Nothing is done when the lock has not changed since the last time. Packages are installed without
looking for others (`--no-deps`): the lock is complete, which `pip check` confirms at the end.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
STAMPS = Path(sys.prefix)
LOCKED = ["--require-hashes", "--no-deps", "--no-build-isolation"]


def main(groups: list[str]) -> None:
    """Install groups: "locked" (other packages), "run" (those and this one), "dev", "bench"."""
    for group in groups:
        if group == "run":
            main(["locked"])
        stamp = STAMPS / f"installed-{group}"
        if stamp.exists() and stamp.read_text() == digest(group):
            continue
        install(group)
        pip("check")
        stamp.write_text(digest(group))


def install(group: str) -> None:
    """What one group adds."""
    if group == "locked":
        install_locked()
    elif group == "run":
        pip("install", "--no-deps", "--no-build-isolation", "-e", str(HERE.parent))
    else:
        pip("install", *LOCKED, "-r", str(HERE / f"{group}.txt"))


def install_locked() -> None:
    """The build tools, torch with what its build needs, and the rest."""
    pip("install", *LOCKED[:2], "-r", str(HERE / "build.txt"))
    install_torch()
    if needs_cuda():
        pip("install", *LOCKED, "-r", str(HERE / "cuda.txt"))
    pip("install", *LOCKED, "-r", str(HERE / "run.txt"))


def install_torch() -> None:
    """A build that lies in a folder named by PIP_FIND_LINKS, or the index's own.

    The folder is tried first and alone: of two builds whose hashes are both listed, pip takes the
    index's.
    """
    words = ["install", *LOCKED, "-r", str(HERE / "torch.txt")]
    alone = [sys.executable, "-m", "pip", *words, "--no-index", "--quiet"]
    if subprocess.call(alone, stderr=subprocess.DEVNULL):  # noqa: S603  # our own interpreter
        pip(*words)


def needs_cuda() -> bool:
    """Whether the installed torch is a CUDA build."""
    script = "from importlib.metadata import requires; print(*requires('torch'))"
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return "nvidia-" in done.stdout and sys.platform == "linux"


def digest(group: str) -> str:
    """sha256 over the lock files of a group and what the package says of itself."""
    names = {
        "locked": ["build.txt", "torch.txt", "cuda.txt", "run.txt"],
        "run": ["../pyproject.toml"],
    }
    paths = [HERE / name for name in names.get(group, [f"{group}.txt"])]
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def pip(*arguments: str) -> None:
    """Run pip in this environment; stop where it fails."""
    command = [sys.executable, "-m", "pip", *arguments, "--quiet"]
    quiet = os.environ | {"PYTHONWARNINGS": "ignore"}  # setuptools warns of every editable install
    code = subprocess.call(command, env=quiet)  # noqa: S603  # our own interpreter
    if code:
        raise SystemExit(f"pip {arguments[0]} failed -> mend what it says, then run make again")


if __name__ == "__main__":
    main(sys.argv[1:])

"""A short-named folder for Ray's sockets, noted down so that a killed run's can be cleared."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_NOTE = "ray-scratch"
_PREFIX = "spanbert-ray-"


@contextlib.contextmanager
def scratch_folder(work_folder: Path) -> Iterator[Path]:
    """A folder of our own below /tmp: socket paths must be short, so it cannot lie in the run's."""
    clear_scratch(work_folder)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir="/tmp"))  # mode 0700
    (work_folder / _NOTE).write_text(str(folder))
    try:
        yield folder
    finally:
        clear_scratch(work_folder)


def clear_scratch(work_folder: Path) -> None:
    """Remove the folder that a note in `work_folder` names, and the note."""
    note = work_folder / _NOTE
    if note.is_file():
        folder = Path(note.read_text())
        if folder.name.startswith(_PREFIX):
            shutil.rmtree(folder, ignore_errors=True)
        note.unlink(missing_ok=True)

"""Training from step 0 although there are checkpoints: they are put aside, never removed."""

import time
from pathlib import Path

from spanbert.errors import ConfigError
from spanbert.training.attempts import end_attempt


def set_aside(work_folder: Path, checkpoint_url: str) -> None:
    """Rename the checkpoints of a work folder, and forget its crashes.

    Raises:
        ConfigError: they are kept at an address as well, from where they would come back.
    """
    if checkpoint_url:
        raise ConfigError(
            f"checkpoints at {checkpoint_url} would be taken again",
            remedy="name another training.checkpoint_url, or remove them there",
        )
    checkpoints = work_folder / "checkpoints"
    if checkpoints.is_dir():
        checkpoints.rename(work_folder / time.strftime("checkpoints-aside-%Y%m%dT%H%M%S"))
    end_attempt(work_folder)

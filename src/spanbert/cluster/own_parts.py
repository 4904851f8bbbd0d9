"""The folder where one piece of corpus work keeps its parts: it has one owner at a time."""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spanbert.lease import sole_owner
from spanbert.ray_cluster import runs_in_cluster
from spanbert.training.leaving import leaving_on_sigterm

_OWNER_GONE_S = 300.0  # until a network disk has noticed that an earlier driver is


@contextlib.contextmanager
def own_parts(work_root: Path, kind: str, decisive: Any) -> Iterator[Path]:
    """A folder below `work_root` that the same work finds again and other work never meets.

    Args:
        decisive: what tells this work from others of its kind, as JSON takes it.

    Raises:
        ConfigError: another process does this work.
        PreemptedError: SIGTERM came; the finished parts are kept.
    """
    word = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]
    folder = work_root.absolute() / "parts" / f"{kind}-{word}"  # workers have a folder of their own
    patience_s = _OWNER_GONE_S if runs_in_cluster() else 0.0
    remedy = f"wait for it, or change a setting of [{kind}] that decides what comes out"
    with (
        sole_owner(folder, patience_s, remedy=remedy),
        leaving_on_sigterm(lambda: False, grace_s=0.0),
    ):
        yield folder / "done"

"""All spools of a run, of the ablation it is the base of, and of its cells -> the server."""

from pathlib import Path

from spanbert.config import Config
from spanbert.errors import DataError, DependencyError
from spanbert.progress import Say
from spanbert.registry.address import server_name
from spanbert.registry.server import Server
from spanbert.registry.shipping import ship_all
from spanbert.registry.spool import count_waiting


def sync(config: Config, say: Say) -> dict[str, int]:
    """Send all that waits; returns how many records were sent, and how many wait still.

    Raises:
        DataError: nothing of this run was tracked.
        DependencyError: the server does not answer; what it took is noted.
    """
    spools = spools_of(config)
    if not spools:
        raise DataError(
            f"no step of run {config.run_id} has left anything to send",
            place=config.run.folder,
            remedy="pass the settings and the --set of the run",
        )
    try:
        sent = ship_all(spools, Server(config, say))
    except DependencyError as error:
        cause = f"{_waiting(spools, config)} records wait: {error.cause}"
        raise DependencyError(cause, place=error.place, remedy=error.remedy) from error
    return {"sent": sent, "waiting": _waiting(spools, config)}


def spools_of(config: Config) -> list[Path]:
    """Where the steps of a run left their records, wherever below the runs' folder it was made."""
    runs, run_id = Path(config.run.folder), config.run_id
    own = [*runs.glob(f"*/tracking/{run_id}"), *runs.glob(f"*/cells/*/tracking/{run_id}")]
    ablation = runs / f"ablation-{run_id}"
    folders = {path.parent for path in own}
    folders |= {ablation / "tracking", *ablation.glob("cells/*/tracking")}
    return sorted(path for folder in folders for path in folder.glob("*/*.jsonl"))


def _waiting(spools: list[Path], config: Config) -> int:
    return sum(count_waiting(spool, server_name(config)) for spool in spools)

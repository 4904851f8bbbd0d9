"""Spools -> the tracking server, in order; each place is noted after the server took it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from spanbert.registry.server import Server
from spanbert.registry.spool import (
    Line,
    Sent,
    begin_of,
    count_waiting,
    curves_of,
    read_lines,
    read_sent,
    sole_sender,
    write_sent,
)

_POINTS_AT_ONCE = 1000  # what the server takes in one request
_PARAMS_AT_ONCE = 100
_BESIDE_FIGURES = {"step", "time_ms"}  # in a line of a curve


def ship(spool: Path, server: Server) -> int:
    """Send what waits in a spool and in the files that it follows; returns the number of lines.

    Raises:
        DependencyError: the server does not answer; what it took is noted.
    """
    if not count_waiting(spool, server.name):
        return 0
    with sole_sender(spool.parent):
        sent = read_sent(spool, server.name)
        run = server.run_for(begin_of(read_lines(spool)), sent.run)
        if run != sent.run:  # new there, or deleted since: it lacks what was sent before
            sent = Sent(server.name, run)
            write_sent(spool, sent)
        number = _ship_records(spool, sent, server)
        return number + sum(_ship_curve(spool, sent, path, server) for path in sent.curves)


def ship_all(spools: Iterable[Path], server: Server) -> int:
    """Send what waits in several spools, up to the first one that fails."""
    return sum(ship(spool, server) for spool in spools)


def _ship_records(spool: Path, sent: Sent, server: Server) -> int:
    lines = read_lines(spool, sent.offset)
    for batch in _batches(lines):
        server.send(sent.run, [line.record for line in batch])
        sent.curves, sent.offset = curves_of(sent, batch), batch[-1].end
        write_sent(spool, sent)
    return len(lines)


def _ship_curve(spool: Path, sent: Sent, path: str, server: Server) -> int:
    lines = read_lines(Path(path), sent.curves[path])
    for batch in _batches([Line(_as_metrics(line.record), line.end) for line in lines]):
        new = [line.record for line in batch if line.record["step"] > sent.last_step]
        if new:
            server.send(sent.run, new)
        sent.curves[path] = batch[-1].end
        sent.last_step = max(sent.last_step, batch[-1].record["step"])
        write_sent(spool, sent)
    return len(lines)


def _as_metrics(point: dict[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in point.items() if name not in _BESIDE_FIGURES}
    return {
        "kind": "metrics",
        "time_ms": point["time_ms"],
        "step": point["step"],
        "values": values,
    }


def _batches(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Neighbours of one kind together, as many as the server takes."""
    for kind, group in groupby(lines, key=lambda line: line.record["kind"]):
        most = _PARAMS_AT_ONCE if kind in ("params", "tags") else _POINTS_AT_ONCE
        yield from _cut(group, most)


def _cut(lines: Iterable[Line], most: int) -> Iterator[list[Line]]:
    batch: list[Line] = []
    size = 0
    for line in lines:
        weight = len(line.record.get("values", ()))
        if batch and size + weight > most:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += weight
    yield batch

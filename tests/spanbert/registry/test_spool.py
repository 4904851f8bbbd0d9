"""Whatever a kill leaves behind, a spool gives its whole lines, and one sender has it."""

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.errors import DependencyError
from spanbert.registry import spool as spools
from spanbert.registry.spool import (
    Sent,
    append,
    count_waiting,
    read_lines,
    read_sent,
    sole_sender,
    write_sent,
)

RECORD = st.dictionaries(st.text(max_size=3), st.text(max_size=3) | st.floats(allow_nan=False))


def records(path, offset=0):
    return [line.record for line in read_lines(path, offset)]


@given(st.lists(RECORD, max_size=5), RECORD, st.data())
def test_a_kill_while_appending_costs_that_record_alone(tmp_path_factory, earlier, last, data):
    path = tmp_path_factory.mktemp("spool") / "step.jsonl"
    for record in earlier:
        append(path, record)
    whole = json.dumps(last).encode() + b"\n"
    torn = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with path.open("ab") as handle:
        handle.write(torn)
    assert records(path) == earlier
    append(path, last)
    assert records(path) == [*earlier, last]


@given(st.lists(RECORD, min_size=1, max_size=5), st.data())
def test_reading_goes_on_where_it_stopped(tmp_path_factory, written, data):
    path = tmp_path_factory.mktemp("spool") / "step.jsonl"
    for record in written:
        append(path, record)
    lines = read_lines(path)
    number = data.draw(st.integers(1, len(lines)))
    assert records(path, lines[number - 1].end) == written[number:]
    assert records(path, lines[-1].end + 1) == written  # the file is another one


def test_a_place_is_of_one_server_and_a_damaged_one_of_none(tmp_path):
    path = tmp_path / "step.jsonl"
    append(path, {"kind": "tags"})
    write_sent(path, Sent("here", "run", path.stat().st_size))
    assert count_waiting(path, "here") == 0
    assert count_waiting(path, "there") == 1
    (tmp_path / "step.sent").write_text('{"server": "he')
    assert read_sent(path, "here") == Sent("here")


def test_followed_files_wait_too(tmp_path):
    path, curve = tmp_path / "step.jsonl", tmp_path / "curve.jsonl"
    append(path, {"kind": "follow", "path": str(curve)})
    assert count_waiting(path, "here") == 1
    curve.write_text('{"step": 1}\n{"step": 2}\n{"st')
    assert count_waiting(path, "here") == 3


def test_two_senders_exclude_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr(spools, "_LONGEST_WAIT_S", 0.2)
    has_it, may_go = threading.Event(), threading.Event()

    def hold():
        with sole_sender(tmp_path):
            has_it.set()
            may_go.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    has_it.wait(10)
    with pytest.raises(DependencyError, match="another process"), sole_sender(tmp_path):
        pass
    may_go.set()
    holder.join()
    with sole_sender(tmp_path):
        pass

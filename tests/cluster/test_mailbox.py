"""What a step reads from its mailbox is what the job put there, in order and once."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from spanbert.cluster.mailbox import Mailbox, Request

REQUEST = Request("shards", "toml", {"documents": "inputs/documents", "shards": "shards"}, "work")


@given(st.lists(st.lists(st.text())))
def test_every_line_is_read_once_and_in_order_and_whole(batches):
    with tempfile.TemporaryDirectory() as folder:
        job, step = Mailbox(Path(folder)), Mailbox(Path(folder))
        for batch in batches:
            for line in batch:
                job.say(line)
            assert step.new_lines() == [" ".join(line.split()) for line in batch]


def test_half_a_line_waits_for_its_end(tmp_path):
    box = Mailbox(tmp_path)
    with (tmp_path / "lines.txt").open("ab", buffering=0) as handle:
        handle.write("one\ntwö".encode()[:-1])
        assert box.new_lines() == ["one"]
        handle.write("twö\n".encode()[-2:])
        assert box.new_lines() == ["twö"]


def test_a_new_request_takes_back_what_was_answered(tmp_path):
    box = Mailbox(tmp_path)
    box.ask(REQUEST)
    box.finish({"steps": 1})
    box.ask(REQUEST)
    assert (box.counts(), box.request()) == (None, REQUEST)


def test_jobs_are_numbered_and_the_newest_is_known_to_whoever_comes(tmp_path):
    box = Mailbox(tmp_path)
    assert box.job() == ""
    assert [box.name_job("tiny"), box.name_job("tiny")] == ["tiny-1", "tiny-2"]
    assert Mailbox(tmp_path).job() == "tiny-2"

"""Paths on the command line: what may be written, and what must stay."""

import argparse
import os

import pytest

from spanbert.verbs.verb import written_file


def test_a_file_that_is_there_or_not_may_be_written(tmp_path):
    (tmp_path / "old.json").write_text("{}")
    for name in ("new.json", "old.json", "no/such/folder.json"):
        assert written_file(str(tmp_path / name)) == tmp_path / name


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert written_file(str(tmp_path / "link")) == tmp_path / "file"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("-", "not a plain file"),
        ("folder", "not a plain file"),
        ("pipe", "not a plain file"),
        ("/dev/null", "not a plain file"),
        ("model/page.html", "a published folder"),
        ("answers.jsonl.gz", "leave out .gz"),
        ("s3://bucket/key", "a URL"),
        (" ", "an empty path"),
    ],
)
def test_what_would_be_lost_or_is_no_file_is_refused(tmp_path, monkeypatch, name, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "manifest.json").write_text("{}")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(argparse.ArgumentTypeError, match=told):
        written_file(name)

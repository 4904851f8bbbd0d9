"""Paths on the command line: what may be written, and what must stay."""

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from spanbert.errors import ConfigError
from spanbert.manifest import Manifest
from spanbert.verbs.verb import require_apart, written_file


def test_a_file_that_is_there_or_not_may_be_written(tmp_path):
    (tmp_path / "old.json").write_text("{}")
    for name in ("new.json", "old.json", "no/such/folder.json"):
        assert written_file(str(tmp_path / name)) == tmp_path / name


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert written_file(str(tmp_path / "link")) == tmp_path / "file"


def test_a_manifest_of_others_keeps_nobody_from_writing(tmp_path):
    (tmp_path / "manifest.json").write_text('{"name": "a web page"}')
    assert written_file(str(tmp_path / "page.html")) == tmp_path / "page.html"


def test_nothing_is_written_over_or_into_what_the_call_reads(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    given = {"config": "my.toml", "model": Path("model"), "input": Path("a.json")}

    def require(output):
        options = argparse.Namespace(**given, output=Path(output), page=None)
        options.written = ["output", "page"]
        require_apart(options)

    require("b.json")
    require("model/more/b.json")
    for output in ("my.toml", "a.json", "./a.json", "model/b.json"):
        with pytest.raises(ConfigError, match="written over"):
            require(output)


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
        ("n" * 300, "File name too long"),
    ],
)
def test_what_would_be_lost_or_is_no_file_is_refused(tmp_path, monkeypatch, name, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "model").mkdir()
    manifest = json.dumps(asdict(Manifest("model", 1, {})))
    (tmp_path / "model" / "manifest.json").write_text(manifest)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(argparse.ArgumentTypeError, match=told):
        written_file(name)

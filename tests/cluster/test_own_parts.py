"""The folder of parts: found again by the same work, met by no other, and by one at a time."""

import os
import signal

import pytest

from spanbert.cluster.own_parts import own_parts
from spanbert.errors import ConfigError, PreemptedError


def folder_of(work_root, kind="shards", decisive="settings"):
    with own_parts(work_root, kind, decisive) as folder:
        return folder


def test_the_same_work_finds_its_folder_again_and_other_work_has_another(tmp_path):
    assert folder_of(tmp_path) == folder_of(tmp_path)
    others = [folder_of(tmp_path, kind="corpus"), folder_of(tmp_path, decisive="others")]
    assert len({folder_of(tmp_path), *others}) == 3


def test_the_folder_is_named_from_the_root_on_for_workers_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert folder_of(tmp_path.relative_to(tmp_path)).is_relative_to(tmp_path)


def test_the_same_work_is_done_once_at_a_time(tmp_path):
    with own_parts(tmp_path, "shards", "settings"):
        with pytest.raises(ConfigError, match="is running these settings"):
            folder_of(tmp_path)
        folder_of(tmp_path, decisive="others")


def test_sigterm_is_an_end_that_keeps_what_is_finished(tmp_path):
    def is_ended():
        with own_parts(tmp_path, "shards", "settings") as folder:
            folder.mkdir()
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(PreemptedError, match="what is finished is kept"):
        is_ended()
    assert folder_of(tmp_path).exists()

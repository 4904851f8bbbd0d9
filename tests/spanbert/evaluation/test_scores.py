"""Scores come back as written, and only as written."""

import pytest

from spanbert.errors import IntegrityError
from spanbert.evaluation.scores import read_scores, write_scores


def test_scores_come_back(tmp_path):
    write_scores(tmp_path / "s", {"qa": {"f1": 12.5}})
    assert read_scores(tmp_path / "s") == {"qa": {"f1": 12.5}}


def test_a_changed_score_is_refused(tmp_path):
    write_scores(tmp_path / "s", {"qa": {"f1": 12.5}})
    path = tmp_path / "s" / "scores.json"
    path.write_text(path.read_text().replace("12.5", "92.5"))
    with pytest.raises(IntegrityError):
        read_scores(tmp_path / "s")

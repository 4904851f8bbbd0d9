"""Scores come back as written, and only as written."""

import pytest

from spanbert.errors import IntegrityError
from spanbert.evaluation.scores import gather_scores, read_scores, write_scores


def test_scores_come_back(tmp_path):
    write_scores(tmp_path / "s", {"qa": {"f1": 12.5}})
    assert read_scores(tmp_path / "s") == {"qa": {"f1": 12.5}}


def test_a_changed_score_is_refused(tmp_path):
    write_scores(tmp_path / "s", {"qa": {"f1": 12.5}})
    path = tmp_path / "s" / "scores.json"
    path.write_text(path.read_text().replace("12.5", "92.5"))
    with pytest.raises(IntegrityError):
        read_scores(tmp_path / "s")


def test_sections_of_tasks_are_gathered_in_order_and_others_stand_alone(tmp_path):
    written = [
        {"held_out": {"mlm_loss": 5.0}, "masking": {}},
        {"coref": {"start": "pre-trained"}},
        {"coref": {"start": "random weights"}},
        {"registered": {"name": "spanbert-coref"}},
    ]
    for n, scores in enumerate(written):
        write_scores(tmp_path / str(n), scores)
    assert gather_scores(tmp_path / str(n) for n in range(4)) == {
        "qa": [],
        "registered": [{"name": "spanbert-coref"}],
        "held_out": {"mlm_loss": 5.0},
        "masking": {},
        "coref": [{"start": "pre-trained"}, {"start": "random weights"}],
    }

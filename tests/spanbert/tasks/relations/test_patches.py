"""Other labels for TACRED: those of TACREV change a few examples, those of Re-TACRED name all."""

import json
from dataclasses import replace

import pytest

from spanbert.errors import DataError
from spanbert.tasks.classification.evaluate import evaluate_classifier
from spanbert.tasks.classification.gold import gold_identity
from spanbert.tasks.classification.train import finetune_classifier
from spanbert.tasks.relations.config import RelationConfig
from spanbert.tasks.relations.problem import RelationProblem


@pytest.fixture
def patch(tmp_path):
    def write(content, name="patch.json"):
        (tmp_path / name).write_text(json.dumps(content))
        return str(tmp_path / name)

    return write


def relations(path, *patches):
    file = RelationProblem.read(path, RelationConfig(patches=patches))
    return {one.id: one.relation for one in file.examples}, file.skipped


def test_tacrev_changes_what_it_names(relations_file, patch):
    before, _ = relations(relations_file)
    rows = [{"id": "e0", "relation": "per:title", "why": "x"}, {"id": "gone", "relation": "x"}]
    after, skipped = relations(relations_file, patch(rows))
    assert after == before | {"e0": "per:title"}
    assert not skipped


def test_re_tacred_keeps_what_it_names(relations_file, patch):
    one, two = patch({"e0": "per:title"}, "dev.json"), patch({"e5": "no_relation"}, "test.json")
    after, skipped = relations(relations_file, one, two)
    assert after == {"e0": "per:title", "e5": "no_relation"}
    assert skipped == {"example: no patch names it": 25}
    with pytest.raises(DataError, match="name the patch of this split too"):
        relations(relations_file, patch({"other": "x"}))


@pytest.mark.parametrize(
    "content", [3, [{"id": "e0"}], ["e0"], {"e0": 3}, [{"id": 3, "relation": "x"}]]
)
def test_what_is_no_patch_is_refused(relations_file, patch, content):
    with pytest.raises(DataError, match="not a patch of TACREV or Re-TACRED"):
        relations(relations_file, patch(content))


def test_scores_of_seeds_are_told_only_of_the_same_labels(learns, arguments, patch, tmp_path):
    config = replace(learns, epochs=1, seeds=(1, 2))
    training = finetune_classifier(tmp_path / "m", RelationProblem, config=config, **arguments)
    patched = replace(config, patches=(patch([{"id": "e0", "relation": "per:owner"}]),))
    assert training.gold == gold_identity(config) != gold_identity(patched)
    assert "seeds" in evaluate_classifier(tmp_path / "m", RelationProblem, config)
    assert "seeds" not in evaluate_classifier(tmp_path / "m", RelationProblem, patched)
    assert patched.files == (*config.files, *patched.patches)

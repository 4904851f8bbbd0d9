"""Models to register, which have learnt next to nothing; each file of tests makes its own."""

from dataclasses import replace

import glue_example
import pytest
import relation_example
import tiny
from coref_documents import TINY, write_stories

from spanbert.registry.models import register
from spanbert.registry.tracking import Tracking
from spanbert.tasks.classification.train import finetune_classifier
from spanbert.tasks.coref.train import finetune_coref
from spanbert.tasks.glue.config import GlueConfig
from spanbert.tasks.glue.problem import GlueProblem
from spanbert.tasks.qa.train import finetune_qa
from spanbert.tasks.relations.config import RelationConfig
from spanbert.tasks.relations.problem import RelationProblem


@pytest.fixture(scope="module")
def fresh(artifacts):
    """What every training starts from."""
    return {
        "start": None,
        "tokenizer": artifacts.tokenizer,
        "model": artifacts.config.model,
        "seed": 1,
    }


@pytest.fixture(scope="module")
def coref_folder(fresh, tmp_path_factory):
    """A coreference model; what it links is not worth reading."""
    folder = tmp_path_factory.mktemp("fine-tuned")
    files = (str(write_stories(folder / "train.jsonl", 3)),)
    config = replace(TINY, train=files, epochs=1, singletons=True)
    finetune_coref(folder / "coref", **fresh, config=config)
    return folder / "coref"


@pytest.fixture(scope="module")
def glue_folders(fresh, tmp_path_factory):
    """A model of one text, one of a pair, and one that predicts a number."""
    folder = tmp_path_factory.mktemp("fine-tuned")
    for write in (glue_example.write_sst2, glue_example.write_rte, glue_example.write_stsb):
        write(folder)
    made = {}
    for task in ("sst2", "rte", "stsb"):
        config = GlueConfig(task=task, data=str(folder), max_length=32, epochs=1, batch_size=16)
        finetune_classifier(folder / task, GlueProblem, config=config, **fresh)
        made[task] = folder / task
    return made


@pytest.fixture(scope="module")
def relation_folders(fresh, tmp_path_factory):
    """Models by how they are shown entities: one that is shown types, of two, and one that is not.

    The types are NAME and CITY of a subject, CITY of an object.
    """
    folder = tmp_path_factory.mktemp("fine-tuned")
    rows = [row | {"subj_type": "NAME"} for row in relation_example.records()]
    rows[0]["subj_type"] = "CITY"
    files = (str(relation_example.write_lines(folder / "train.jsonl", rows)),)
    made = {}
    for entities in ("ner", "text"):
        config = RelationConfig(train=files, entities=entities, max_length=48, epochs=1)
        made[entities] = folder / entities
        finetune_classifier(made[entities], RelationProblem, config=config, **fresh)
    return made


@pytest.fixture
def registering(tmp_path):
    """Registers a model's folder for a purpose, in a store of this test's own."""
    config = tiny.config(tmp_path)
    tracking = Tracking(config, tmp_path / "runs" / config.run_id, print)

    def registered(purpose, folder):
        with tracking.step("register") as step:
            return register(folder, purpose=purpose, scores={}, config=config, step=step)

    return registered


@pytest.fixture(scope="module")
def qa_folder(artifacts, tmp_path_factory):
    """A fine-tuned question answering model."""
    folder = tmp_path_factory.mktemp("fine-tuned") / "qa"
    finetune_qa(
        folder,
        start=None,
        tokenizer=artifacts.tokenizer,
        model=tiny.config(folder.parent).model,
        config=artifacts.config.qa,
        seed=1,
    )
    return folder

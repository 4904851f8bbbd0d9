"""Fine-tuning alone: lengths against the model's positions, memory and room for the model."""

from dataclasses import replace

import pytest
import tiny

from spanbert.doctor.disk import needed_bytes
from spanbert.doctor.examination import examine
from spanbert.doctor.finetuning import check_finetuning, is_finetuning, model_parameters
from spanbert.planning.work import training_parameters


@pytest.fixture
def config(tmp_path, start):
    tiny.write_questions(tmp_path)
    return without_text(tiny.config(tmp_path, f"training.start={start}"))


def without_text(config):
    return replace(config, corpus=replace(config.corpus, sources=()))


def of(config):
    return {finding.name: finding for finding in check_finetuning(config)}


def test_a_model_or_files_of_a_task_without_text_are_fine_tuning(config, tmp_path):
    assert is_finetuning(config)
    assert not is_finetuning(tiny.config(tmp_path))
    alone = replace(config, training=replace(config.training, start=""))
    assert is_finetuning(alone)
    assert not is_finetuning(replace(alone, qa=replace(alone.qa, train=())))


def test_sizes_are_those_of_the_model_to_start_from(config):
    other = replace(config, model=replace(config.model, num_layers=7))
    assert model_parameters(other) == model_parameters(config)
    alone = replace(other, training=replace(other.training, start=""))
    assert model_parameters(alone) == training_parameters(alone.model, alone.objective)


def test_more_pieces_than_positions_are_a_problem_that_names_the_setting(config):
    assert {finding.status for finding in of(config).values()} == {"ok"}
    long = replace(
        config,
        model=replace(config.model, max_positions=4096),
        qa=replace(config.qa, max_length=4000),
    )
    found = of(long)["lengths"]
    assert (found.status, found.exit_code) == ("problem", 2)
    assert found.found.startswith("qa.max_length = 4000 exceeds")


def test_no_checkpoints_are_counted(config):
    with_text = replace(config, corpus=replace(config.corpus, sources=("a.txt",)))
    assert needed_bytes(config) < needed_bytes(with_text)


def test_nothing_is_said_of_texts_and_workers(config):
    names = {finding.name for finding in examine(config, {})}
    assert {"lengths", "memory", "disk", "questions", "training.start"} <= names
    assert not {"texts", "workers"} & names

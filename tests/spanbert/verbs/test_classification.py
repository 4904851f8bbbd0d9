"""Verbs of GLUE and of relations, as a user types them."""

import json

import glue_example
import pytest
import relation_example

from spanbert.cli import main

SETTINGS = """
[model]
hidden_size = 16
num_layers = 1
num_heads = 2
intermediate_size = 24
max_positions = 64
[shards]
max_pieces = 40
[glue]
max_length = 32
epochs = 2
batch_size = 8
learning_rate = 1e-2
evaluations_per_epoch = 1
"""


def run(*words):
    return main([str(word) for word in words])


@pytest.fixture
def settings(tmp_path):
    glue = glue_example.write_rte(glue_example.write_sst2(tmp_path / "glue"))
    path = tmp_path / "settings.toml"
    path.write_text(f"{SETTINGS}data = '{glue}'\n")
    return path


def finetune_glue(settings, artifacts, output, *changes):
    words = ["--config", settings, "--tokenizer", artifacts.tokenizer, "--output", output]
    for change in changes:
        words += ["--set", change]
    return run("finetune", "glue", *words)


def test_a_task_goes_from_files_to_a_scored_submission(settings, artifacts, tmp_path, capsys):
    model, scores = tmp_path / "sst2", tmp_path / "scores.json"
    assert finetune_glue(settings, artifacts, model) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["examples"], found["labels"], len(found["trainings"])) == (36, 2, 1)
    assert run("evaluate", "glue", "--config", settings, "--model", model, "--output", scores) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"split", "made_for", "accuracy", "num_examples"}
    result = json.loads(scores.read_text())
    assert len(result["examples"]) == told["num_examples"] == 12
    assert set(result["labels"]) <= {"0", "1"}

    files = ["--input", tmp_path / "glue/SST-2/test.tsv", "--output", tmp_path / "SST-2.tsv"]
    assert run("predict", "glue", "--model", model, *files) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'SST-2.tsv'}\n"
    gold = glue_example.write_rows(
        tmp_path / "gold.tsv", ("sentence", "label"), *glue_example.SENTENCES
    )
    words = ["--task", "sst2", "--gold", gold, "--predictions", tmp_path / "SST-2.tsv"]
    assert run("score", "glue", *words) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 48

    assert run("predict", "glue", "--model", model, "Ann loved it .") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["label"] == max(answer["probabilities"], key=answer["probabilities"].get)


def test_a_task_of_pairs_asks_for_two_texts(settings, artifacts, tmp_path, capsys):
    model = tmp_path / "rte"
    assert finetune_glue(settings, artifacts, model, "glue.task=rte") == 0
    capsys.readouterr()
    assert run("predict", "glue", "--model", model, "Ann sang.", "--pair", "She sang.") == 0
    assert set(json.loads(capsys.readouterr().out)["probabilities"]) == {
        "entailment",
        "not_entailment",
    }
    assert run("predict", "glue", "--model", model, "Ann sang.") == 3
    assert "RTE is about two texts -> add --pair TEXT" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--pair", "It is wet."),
        ("--input", "in.tsv"),
        ("--output", "out.tsv", "It rains."),
        ("--input", "in.tsv", "--output", "out.tsv", "It rains."),
        ("--input", "in.tsv", "--output", "out.tsv", "--pair", "It is wet."),
    ],
)
def test_half_of_one_use_or_parts_of_both_are_refused(words, capsys):
    assert run("predict", "glue", "--model", "none", *words) == 2
    assert "pass --input and --output, or a text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ("glue.data=''", 2, "glue.dev names no file"),
        ("glue.data=gone", 3, "gone/SST-2/train.tsv: cannot read it"),
        ("glue.task=mnli", 3, "MNLI/train.tsv: cannot read it"),
        ("glue.train=['empty.tsv']", 3, "empty.tsv: no line with anything in it"),
        ("glue.learning_rate=1e30", 65, "learning_rate"),
    ],
)
def test_a_mistake_is_one_line_with_its_code_and_leaves_nothing(
    settings, artifacts, tmp_path, capsys, monkeypatch, change, code, told
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.tsv").write_text("")
    assert finetune_glue(settings, artifacts, tmp_path / "model", change) == code
    errors = [line for line in capsys.readouterr().err.splitlines() if "error:" in line]
    assert len(errors) == 1
    assert told in errors[0]
    assert not list(tmp_path.glob("*model*"))


@pytest.fixture
def relation_settings(tmp_path):
    files = relation_example.write_lines(tmp_path / "re.jsonl", relation_example.records())
    path = tmp_path / "relations.toml"
    text = SETTINGS.replace("[glue]", "[relations]")
    path.write_text(f"{text}train = ['{files}']\ndev = ['{files}']\n")
    return path


def test_relations_go_from_files_to_scored_predictions(
    relation_settings, artifacts, tmp_path, capsys
):
    model, output = tmp_path / "re", tmp_path / "predicted.tsv"
    words = ["--config", relation_settings, "--tokenizer", artifacts.tokenizer, "--output", model]
    assert run("finetune", "relations", *words) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["examples"], found["labels"]) == (27, 3)
    assert run("evaluate", "relations", "--config", relation_settings, "--model", model) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"split", "made_for", "precision", "recall", "f1", "num_examples"}

    words = ["--input", tmp_path / "re.jsonl", "--output", output]
    assert run("predict", "relations", "--model", model, *words) == 0
    assert capsys.readouterr().out == f"{output}\n"
    words = ["--gold", tmp_path / "re.jsonl", "--predictions", output]
    assert run("score", "relations", *words) == 0
    scored = json.loads(capsys.readouterr().out)
    assert scored["f1"] == pytest.approx(told["f1"])

    marked = "<subject type=PERSON>Ann</subject> left <object>Oslo</object> ."
    assert run("predict", "relations", "--model", model, marked) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["relation"] in answer["probabilities"]
    assert sum(answer["probabilities"].values()) == pytest.approx(1)


@pytest.mark.parametrize("name", ["write_semeval", "write_fewrel"])
def test_relations_are_taken_as_they_are_published(
    relation_settings, artifacts, tmp_path, capsys, name
):
    write = getattr(relation_example, name)
    path = write(tmp_path / "re.jsonl", relation_example.records())  # the name does not tell
    model, output = tmp_path / "re", tmp_path / "predicted.tsv"
    made_of = ["--config", relation_settings, "--set", "relations.metric='accuracy'"]
    words = ["--tokenizer", artifacts.tokenizer, "--output", model]
    assert run("finetune", "relations", *made_of, *words) == 0
    assert run("predict", "relations", "--model", model, "--input", path, "--output", output) == 0
    capsys.readouterr()
    assert run("evaluate", "relations", *made_of, "--model", model) == 0
    told = json.loads(capsys.readouterr().out)
    words = ["--gold", path, "--predictions", output, "--metric", "accuracy"]
    assert run("score", "relations", *words) == 0
    scored = json.loads(capsys.readouterr().out)
    assert (scored["total"], told["num_examples"]) == (27, 27)
    assert scored["accuracy"] == pytest.approx(told["accuracy"])


def test_types_that_were_not_learnt_are_told_or_refused(
    relation_settings, artifacts, tmp_path, capsys
):
    model = tmp_path / "re"
    words = ["--config", relation_settings, "--tokenizer", artifacts.tokenizer, "--output", model]
    assert run("finetune", "relations", *words) == 0
    rows = [row | {"subj_type": "DOG"} for row in relation_example.records()]
    path = relation_example.write_lines(tmp_path / "dogs.jsonl", rows)
    capsys.readouterr()
    words = ["--input", path, "--output", tmp_path / "out.jsonl"]
    assert run("predict", "relations", "--model", model, *words) == 0
    assert "not learnt, and takes for unknown: 'DOG'" in capsys.readouterr().err
    marked = "<subject type=DOG>Rex</subject> left <object>Oslo</object> ."
    assert run("predict", "relations", "--model", model, marked) == 3
    assert "write <subject type=TYPE> with one of PERSON" in capsys.readouterr().err
    assert run("predict", "glue", "--model", model, "Ann sang.") == 4
    assert "it was trained for 'relations', not for 'glue'" in capsys.readouterr().err

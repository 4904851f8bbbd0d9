"""`spanbert finetune coref`, `evaluate coref` and `predict coref`, as a user types them."""

import json

import pytest
from coref_documents import write_stories

from spanbert.cli import main
from spanbert.tasks.coref.documents import read_documents
from spanbert.tasks.coref.gap import GapExample, read_answers, write_gap

SETTINGS = """
[model]
hidden_size = 16
num_layers = 1
num_heads = 2
intermediate_size = 24
max_positions = 64
[shards]
max_pieces = 40
[coref]
train = ["{folder}/train.conll"]
dev = ["{folder}/dev.conll"]
segment_length = 48
ffnn_size = 12
feature_size = 4
epochs = 2
learning_rate = 1e-3
task_learning_rate = 1e-2
"""
TEXT = "Ann came alone. She sailed to Crete."


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("settings")
    write_stories(folder / "train.conll", 2)
    write_stories(folder / "dev.conll", 2, first=9)
    path = folder / "settings.toml"
    path.write_text(SETTINGS.format(folder=folder))
    return path


@pytest.fixture(scope="module")
def finetuned(settings, artifacts):
    output = settings.parent / "coref"
    words = ["--config", settings, "--tokenizer", artifacts.tokenizer, "--output", output]
    assert call("finetune", *words) == 0
    return output


def call(verb, *words):
    return main([verb, "coref", *map(str, words)])


def test_fine_tuning_tells_what_it_found(settings, artifacts, tmp_path, capsys):
    words = ["--config", settings, "--tokenizer", artifacts.tokenizer]
    words += ["--set", "coref.epochs=1", "--output", tmp_path / "coref"]
    assert call("finetune", *words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["documents"] == 2
    assert found["trainings"][0]["task_learning_rate"] == 1e-2
    assert [path.name for path in tmp_path.iterdir()] == ["coref"]


def test_a_model_is_scored(finetuned, settings, tmp_path, capsys):
    output = tmp_path / "scores.json"
    assert call("evaluate", "--config", settings, "--model", finetuned, "--output", output) == 0
    told, result = json.loads(capsys.readouterr().out), json.loads(output.read_text())
    assert set(told) == {
        *("split", "conll_f1", "muc", "bcub", "ceafe", "mentions"),
        *("pruning_recall", "num_documents"),
    }
    assert all(result[name] == value for name, value in told.items())
    assert len(result["documents"]) == 2


@pytest.mark.parametrize("name", ["dev.conll", "settings.toml"])
def test_scores_do_not_take_the_place_of_what_was_read(finetuned, settings, capsys, name):
    path = settings.parent / name
    before = path.read_bytes()
    assert call("evaluate", "--config", settings, "--model", finetuned, "--output", path) == 2
    assert capsys.readouterr().err.count("error:") == 1
    assert path.read_bytes() == before


def test_a_table_of_gap_is_answered(finetuned, tmp_path):
    example = GapExample(
        "1", TEXT, "She", TEXT.index("She"), "Ann", 0, True, "Crete", TEXT.index("C"), False, "x"
    )
    write_gap([example], tmp_path / "gap.tsv")
    words = ["--input", tmp_path / "gap.tsv", "--output", tmp_path / "answers.tsv"]
    assert call("predict", "--model", finetuned, *words) == 0
    assert list(read_answers(tmp_path / "answers.tsv")) == ["1"]


@pytest.mark.parametrize("suffix", ["conll", "jsonl"])
def test_a_file_keeps_its_layout(finetuned, tmp_path, capsys, suffix):
    given, output = tmp_path / f"given.{suffix}", tmp_path / f"found.{suffix}"
    write_stories(given, 3)
    assert call("predict", "--model", finetuned, "--input", given, "--output", output) == 0
    assert capsys.readouterr().out.strip() == str(output)
    found, expected = read_documents(output), read_documents(given)
    assert found.layout == expected.layout == suffix
    assert [one.id for one in found.documents] == [one.id for one in expected.documents]
    assert [one.words for one in found.documents] == [one.words for one in expected.documents]


def test_a_text_gives_its_clusters_from_a_file_and_from_standard_input(
    finetuned, tmp_path, capsys, monkeypatch
):
    path = tmp_path / "text.txt"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert call("predict", "--model", finetuned, path) == 0
    found = json.loads(capsys.readouterr().out)
    for cluster in found["clusters"]:
        for mention in cluster:
            assert TEXT[mention["start"] : mention["end"]] == mention["text"]
    page = tmp_path / "text.html"
    with path.open() as handle:
        monkeypatch.setattr("spanbert.tasks.texts._STANDARD_INPUT", handle.fileno())
        assert call("predict", "--model", finetuned, "-", "--page", page) == 0
    assert json.loads(capsys.readouterr().out) == found
    assert "<h1>Standard input</h1>" in page.read_text()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "pass a text file, or --input and --output"),
        (("text.txt", "--input", "given.conll"), 2, "pass a text file"),
        (("--input", "given.conll"), 2, "pass a text file"),
        (("--input", "given.conll", "--output", "o.conll", "--page", "p"), 2, "pass a text file"),
        (("--input", "given.conll", "--output", "given.conll"), 2, "written over"),
        (("text.txt", "--page", "text.txt"), 2, "written over"),
        (("gone.txt",), 3, "gone.txt: cannot read it"),
        (("empty.txt",), 3, "empty.txt: no text"),
        (("latin.txt",), 3, "latin.txt: not UTF-8"),
        (("--input", "gone.conll", "--output", "o.conll"), 3, "gone.conll: cannot read it"),
        (("--input", "text.txt", "--output", "o.conll"), 3, "text.txt: neither #"),
    ],
)
def test_a_mistake_is_one_line_with_its_code(
    finetuned, tmp_path, capsys, monkeypatch, words, code, told
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text(TEXT)
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    write_stories(tmp_path / "given.conll", 1)
    assert call("predict", "--model", finetuned, *words) == code
    shown = capsys.readouterr()
    assert told in shown.err
    assert shown.err.count("error:") == 1
    assert not shown.out

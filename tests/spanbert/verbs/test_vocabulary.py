"""The verbs of a vocabulary, from its fit to a training that goes on with more words."""

import json
import shlex

import layouts
import pytest
import tiny
import torch

from spanbert.cli import main
from spanbert.config import to_toml
from spanbert.model.published import load_pretraining_model
from spanbert.progress import silent
from spanbert.tokenizer.artifact import build_tokenizer
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.curve import read_curve
from spanbert.training.start import prepare_start, with_sizes_of
from spanbert.training.worker import Inputs, train_on_worker


def run(words, capsys):
    code = main(shlex.split(words))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.fixture
def folder(artifacts, tmp_path, monkeypatch):
    """Where the tiny documents and a coarse vocabulary of theirs lie."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "documents").symlink_to(artifacts.documents)
    build_tokenizer(artifacts.documents, tmp_path / "old", TokenizerConfig(vocab_size=200))
    return tmp_path


def test_the_fit_is_told_in_numbers_and_words_only_when_asked_for(folder, capsys):
    words = "vocabulary fit --tokenizer old --documents documents"
    code, out, told = run(words, capsys)
    assert (code, told) == (0, "")
    assert "advice: extend" in out
    assert "carried" not in out
    code, out, _ = run(f"{words} --json", capsys)
    found = json.loads(out)
    assert found["advice"] == "extend"
    assert "split_words" not in found
    for more in ("", " --json"):
        _, out, _ = run(f"{words}{more} --set run.show_examples=true", capsys)
        assert "carried" in out


def test_a_vocabulary_is_extended_and_then_fits_better(folder, capsys):
    run("vocabulary extend --tokenizer old --documents documents --output new", capsys)
    _, out, _ = run("vocabulary fit --tokenizer new --documents documents --json", capsys)
    _, before, _ = run("vocabulary fit --tokenizer old --documents documents --json", capsys)
    assert json.loads(out)["pieces_per_word"] < json.loads(before)["pieces_per_word"]
    assert json.loads(out)["advice"] == "keep"


def test_no_more_words_are_added_than_asked_for(folder, capsys):
    words = "vocabulary extend --tokenizer old --documents documents --output new --pieces 3"
    code, out, _ = run(words, capsys)
    assert code == 0
    assert json.loads(out)["new_pieces"] == 3


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("fit --tokenizer nowhere --documents documents", 4, "no tokenizer in the folder"),
        ("fit --tokenizer old --documents nowhere", 3, "no finished documents"),
        ("extend --tokenizer bytes --documents documents --output new", 2, "only a WordPiece"),
        ("extend --tokenizer fine --documents documents --output new", 2, "nothing to add"),
        ("extend --tokenizer old --documents documents --output new --pieces -1", 2, "--pieces"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_code(folder, artifacts, words, code, told, capsys):
    config = TokenizerConfig(model="byte-bpe", vocab_size=320)
    build_tokenizer(artifacts.documents, folder / "bytes", config)
    build_tokenizer(artifacts.documents, folder / "fine", TokenizerConfig(vocab_size=2_000))
    ended, _, shown = run(f"vocabulary {words}", capsys)
    assert ended == code
    assert told in shown.splitlines()[-1]
    assert not (folder / "new").exists()


@pytest.mark.parametrize("output", ["old", "./documents/../old/", "link"])
def test_a_vocabulary_is_never_extended_in_its_place(folder, output, capsys):
    (folder / "link").symlink_to("old")
    (folder / "documents").unlink()
    (folder / "documents").mkdir()  # for a spelling that goes through it
    before = load_tokenizer(folder / "old").digest
    words = "vocabulary extend --tokenizer old --documents documents"
    code, _, told = run(f"{words} --output {output}", capsys)
    assert code == 2
    assert "would replace the one that it extends" in told.splitlines()[-1]
    assert load_tokenizer(folder / "old").digest == before


def test_training_goes_on_with_more_words_and_learns_them(folder, artifacts, capsys):
    size = load_tokenizer(folder / "old").vocab_size
    theirs = layouts.bert("BertForMaskedLM", vocab_size=size, max_position_embeddings=64)
    theirs.save_pretrained(folder / "theirs")
    run("import --from theirs --tokenizer old --output encoder", capsys)
    run("vocabulary extend --tokenizer old --documents documents --output new", capsys)
    settings = ("training.start=encoder", "tokenizer.path=new", "training.steps=4")
    config = tiny.config(folder, *settings)
    (folder / "run.toml").write_text(to_toml(config))
    words = "--config run.toml --documents documents"
    assert run(f"tokenizer {words} --output taken", capsys)[0] == 0
    assert run(f"shards {words} --tokenizer taken --output shards", capsys)[0] == 0

    prepare_start(config, folder / "taken", folder / "start", silent)
    config = with_sizes_of(config, folder / "start")
    paths = (folder / name for name in ("shards", "taken", "work"))
    inputs = Inputs(*paths, start=folder / "start")
    train_on_worker(config, inputs)
    assert [row["step"] for row in read_curve(inputs.curve)][-1] == 4

    run("import --from work/checkpoints/step-00000004 --tokenizer taken --output after", capsys)
    started, after = (load_pretraining_model(folder / f) for f in ("start", "after"))
    assert len(after.word_embeddings) == load_tokenizer(folder / "new").vocab_size > size
    assert not torch.equal(after.word_embeddings[size:], started.word_embeddings[size:])


def test_a_vocabulary_that_extends_nothing_is_refused_by_the_training(folder, artifacts, capsys):
    layouts.bert("BertForMaskedLM", vocab_size=190).save_pretrained(folder / "theirs")
    code, _, told = run("import --from theirs --tokenizer old --output encoder", capsys)
    assert code == 4
    assert "the model has 190 entries" in told

"""`spanbert predict fill`: a table for people, JSON lines for programs, mistakes in one line."""

import json
from dataclasses import asdict, replace

import pytest

from spanbert.cli import main
from spanbert.model.published import write_folder
from spanbert.tasks.fill import MaskFiller
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.worker import build_model

TEXTS = ["Ann [MASK] it near [MASK].", "The [MASK] [MASK] in 1907."]


@pytest.fixture(scope="module")
def model(artifacts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoder")
    vocab_size = load_tokenizer(artifacts.tokenizer).vocab_size
    state = build_model(artifacts.config, vocab_size).state_dict()
    sizes = replace(artifacts.config.model, vocab_size=vocab_size)
    write_folder(folder, state, sizes, "BertForMaskedLM", artifacts.tokenizer)
    return folder


def fill(model, *words):
    return main(["predict", "fill", "--model", str(model), *map(str, words)])


def test_a_file_gives_a_json_line_for_each_of_its_texts(model, tmp_path, capsys):
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(TEXTS) + "\n")
    assert fill(model, "--input", path, "--json", "--num-best", 2) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    filler = MaskFiller.load(model)
    assert found == [asdict(filler.fill(text, 2)) for text in TEXTS]


def test_a_person_reads_a_table_for_each_mask(model, capsys):
    assert fill(model, TEXTS[1] + "\x1b[31m") == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert shown.count("by MLM") == shown.count("by SBO") == shown.count("by both") == 2
    assert "[MASK] 2, characters 11 to 17" in shown


@pytest.mark.parametrize(
    ("content", "place", "cause"),
    [
        (b"The [MASK].\nno marker\n", ":2", "no [MASK]"),
        (b"The [MASK].\n\n", ":2", "no [MASK]"),
        (b"[MASK] " * 200, ":1", "positions"),
        (b"The \xff [MASK]", "", "UTF-8"),
        (b"", "", "no text"),
    ],
)
def test_a_text_that_cannot_be_filled_is_told_with_its_line(
    model, content, place, cause, tmp_path, capsys
):
    path = tmp_path / "texts.txt"
    path.write_bytes(content)
    assert fill(model, "--input", path) == 3
    shown = capsys.readouterr()
    assert f"{path}{place}: " in shown.err
    assert cause in shown.err
    assert shown.err.count("\n") == 1
    assert not shown.out

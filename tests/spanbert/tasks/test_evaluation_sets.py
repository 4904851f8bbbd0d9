"""The texts that a corpus must not hold are those of the files that models are tested on."""

import json

import glue_example
import pytest
import relation_example

from spanbert.config import parse_config
from spanbert.corpus.words import WordHashes
from spanbert.errors import DataError
from spanbert.tasks.evaluation_sets import evaluation_texts


def squad_file(path, *paragraphs):
    data = [{"title": "t", "paragraphs": list(paragraphs)}]
    path.write_text(json.dumps({"version": "1.1", "data": data}))
    return str(path)


def question(text):
    return {"id": text, "question": text, "answers": []}


def texts_of(config):
    return {name: list(read()) for name, read in evaluation_texts(config).items()}


def test_each_context_is_given_once_and_every_question(tmp_path):
    first = squad_file(
        tmp_path / "first.json",
        {"context": "Rain falls.", "qas": [question("What falls?"), question("What does rain?")]},
        {"context": "It is dry.", "qas": [question("Is it?")]},
    )
    second = squad_file(tmp_path / "second.json", {"context": "C", "qas": [question("D")]})
    config = parse_config("", [f"qa.dev={json.dumps([first, second])}"])
    assert texts_of(config) == {
        first: ["Rain falls.", "What falls?", "What does rain?", "It is dry.", "Is it?"],
        second: ["C", "D"],
    }


def test_sets_are_the_files_of_dev_and_of_test_in_any_layout(tmp_path):
    def lines_file(name, *lines):
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
        return str(tmp_path / name)

    header = {"header": {"dataset": "X"}}
    context = {"context": "[TLE] A [PAR] B.", "qas": [{"question": "C?"}, {"question": "D?"}]}
    mrqa = lines_file("mrqa.jsonl", header, context, {"context": "E."})
    own = {"id": 1, "question": "F?", "context": "G."}
    ours = lines_file("ours.jsonl", own, own | {"id": 2, "question": "H?"}, [])
    config = parse_config("", [f"qa.dev={json.dumps([mrqa])}", f"qa.test={json.dumps([ours])}"])
    assert texts_of(config) == {
        mrqa: ["[TLE] A [PAR] B.", "C?", "D?", "E."],
        ours: ["G.", "F?", "H?"],
    }


def test_sets_of_sentences_and_of_relations_are_read_too(tmp_path):
    glue = glue_example.write_mnli(tmp_path / "glue")
    relations = relation_example.write_lines(tmp_path / "re.jsonl", relation_example.records())
    changes = ["glue.task=mnli", f"glue.data='{glue}'", f"relations.test=['{relations}']"]
    found = texts_of(parse_config("", changes))
    names = ("dev_matched", "dev_mismatched")
    assert set(found) == {*(f"{glue}/MNLI/{name}.tsv" for name in names), str(relations)}
    pairs = [text for pair in glue_example.PAIRS[:12] for text in pair[:2]]
    assert found[f"{glue}/MNLI/dev_matched.tsv"] == pairs
    assert found[str(relations)][0] == "Ann was born in Oslo ."


def test_documents_of_coreference_are_texts_as_they_were_written(tmp_path):
    words = ["Ann", "did", "n't", "see", "Bob", "'s", "mill", "."]
    line = {"doc_key": "d", "sentences": [words, ["She", "left", "."]], "clusters": []}
    dev, test = tmp_path / "dev.jsonl", tmp_path / "test.jsonl"
    dev.write_text(json.dumps(line) + "\nbroken\n")
    test.write_text(json.dumps(line | {"sentences": [["Rain"]]}) + "\n")
    changes = [f"coref.dev=['{dev}']", f"coref.test=['{test}']", f"coref.train=['{test}']"]
    found = texts_of(parse_config("", changes))
    assert found == {str(dev): ["Ann didn't see Bob 's mill . She left ."], str(test): ["Rain"]}
    hashes = WordHashes()
    spoken = hashes.of("Ann didn't see Bob's mill. She left.")
    assert hashes.of(found[str(dev)][0]).tolist() == spoken.tolist()


def test_training_files_are_no_evaluation_sets(tmp_path):
    train = squad_file(tmp_path / "train.json", {"context": "C", "qas": [question("D")]})
    assert evaluation_texts(parse_config("", [f"qa.train={json.dumps([train])}"])) == {}


def test_texts_are_cleaned_as_a_corpus_is(tmp_path):
    dev = squad_file(
        tmp_path / "dev.json",
        {"context": "Cafe\u0301 so\u00adlo", "qas": [question("a\u200bb  c")]},
    )
    config = parse_config("", [f"qa.dev={json.dumps([dev])}"])
    assert texts_of(config) == {dev: ["Café solo", "ab c"]}


def test_malformed_records_are_passed_over(tmp_path):
    dev = squad_file(
        tmp_path / "dev.json", {"context": 3, "qas": [{"id": "q"}]}, {"context": "C", "qas": [7]}
    )
    config = parse_config("", [f"qa.dev={json.dumps([dev])}"])
    assert texts_of(config)[dev] == ["C"]


def test_a_missing_file_is_named_when_it_is_read():
    config = parse_config("", ['qa.dev=["none.json"]'])
    with pytest.raises(DataError, match=r"none\.json"):
        texts_of(config)

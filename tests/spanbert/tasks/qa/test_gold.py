"""Which questions are dev and which are test."""

import json
from dataclasses import replace

import pytest

from spanbert.errors import DataError
from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.gold import gold_identity, read_split
from spanbert.tasks.qa.halves import half_of


def write(path, *records):
    rows = [
        {"question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}]} | r for r in records
    ]
    content = {"data": [{"paragraphs": [{"context": "Ann sang.", "qas": rows}]}]}
    path.write_text(json.dumps(content))
    return str(path)


@pytest.fixture
def files(tmp_path):
    return [
        write(tmp_path / f"{name}.json", *({"id": f"{name}{i}"} for i in range(40)))
        for name in ("a", "b")
    ]


def ids(config, split):
    return [[question.id for question in file] for file in read_split(config, split)]


def test_dev_and_test_are_the_files_that_are_named(files):
    config = QAConfig(dev=(files[0],), test=(files[1], files[0]))
    a, b = ([f"{name}{i}" for i in range(40)] for name in "ab")
    assert ids(config, "dev") == [a]
    assert ids(config, "test") == [b, a]
    assert read_split(QAConfig(dev=(files[0],)), "test") == []


def test_halves_share_no_question_and_lose_none(files):
    config = QAConfig(dev=tuple(files), halve_dev=True)
    dev, test = ids(config, "dev"), ids(config, "test")
    for name, first, second in zip("ab", dev, test, strict=True):
        assert not set(first) & set(second)
        assert sorted(first + second) == sorted(f"{name}{i}" for i in range(40))
        assert {half_of(one) for one in first} == {"dev"}
        assert min(len(first), len(second)) > 8


def test_halved_files_are_another_gold_than_whole_ones(files):
    whole = QAConfig(dev=(files[0],))
    assert gold_identity(whole) == gold_identity(replace(whole, max_length=384))
    assert gold_identity(whole) != gold_identity(replace(whole, halve_dev=True))
    assert gold_identity(whole) != gold_identity(replace(whole, test=(files[1],)))


def test_a_question_without_an_answer_is_refused_by_its_id(tmp_path):
    path = write(tmp_path / "x.json", {"id": "1"}, {"id": "2", "answers": []})
    with pytest.raises(DataError, match=r"x\.json: .*'2' has no answer.* -> .*predict qa"):
        read_split(QAConfig(dev=(path,)), "dev")
    none = {"id": "2", "answers": [], "is_impossible": True}
    path = write(tmp_path / "y.json", {"id": "1"}, none)
    assert ids(QAConfig(dev=(path,)), "dev") == [["1", "2"]]


def test_a_half_without_a_question_is_refused(tmp_path):
    one = next(str(i) for i in range(99) if half_of(str(i)) == "dev")
    path = write(tmp_path / "x.json", {"id": one})
    config = QAConfig(dev=(path,), halve_dev=True)
    assert ids(config, "dev") == [[one]]
    with pytest.raises(DataError, match=r"no question falls into the test half"):
        read_split(config, "test")

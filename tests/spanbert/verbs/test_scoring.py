"""`spanbert score coref` and `score gap`: one JSON object, and mistakes in one line."""

import json

import pytest

from spanbert.cli import main
from spanbert.tasks.coref.gap import HEADER

KEY = """#begin document (x); part 000
x 0 0 Ann (0)
x 0 1 saw -
x 0 2 her (0)
#end document
"""


def test_coref(tmp_path, capsys):
    key, response = tmp_path / "key.conll", tmp_path / "response.conll"
    key.write_text(KEY)
    response.write_text(KEY.replace("her (0)", "her (1)"))
    assert main(["score", "coref", "--key", str(key), "--response", str(key)]) == 0
    found = json.loads(capsys.readouterr().out)
    metrics = ("muc", "bcub", "ceafm", "ceafe", "blanc", "mentions")
    assert set(found) == {*metrics, "conll_f1", "total", "missing"}
    assert all(found[name] == {"recall": 100, "precision": 100, "f1": 100} for name in metrics)
    assert main(["score", "coref", "--key", str(key), "--response", str(response)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["muc"]["f1"], found["bcub"]["recall"], found["mentions"]["f1"]) == (0, 50, 100)


def test_a_broken_response_is_told_in_one_line(tmp_path, capsys):
    key, response = tmp_path / "key.conll", tmp_path / "response.conll"
    key.write_text(KEY)
    response.write_text(KEY.replace("her (0)", "her 0)"))
    assert main(["score", "coref", "--key", str(key), "--response", str(response)]) == 3
    told = capsys.readouterr().err
    assert "response.conll:4: document 'x_0' cannot be scored" in told
    assert told.count("\n") == 1


def test_gap(tmp_path, capsys):
    row = ["1", "She saw Ann.", "She", "0", "Ann", "8", "FALSE", "saw", "4", "TRUE", "http://x"]
    gold, answers = tmp_path / "gold.tsv", tmp_path / "answers.tsv"
    gold.write_text("\t".join(HEADER) + "\n" + "\t".join(row) + "\n")
    answers.write_text("1\tTRUE\tTRUE\n")
    assert main(["score", "gap", "--gold", str(gold), "--predictions", str(answers)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["feminine"] == found["overall"]
    assert found["overall"]["f1"] == pytest.approx(200 / 3)
    assert (found["bias"], found["total"], found["missing"]) == (None, 1, 0)

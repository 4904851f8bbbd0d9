"""A key and a response as files: which documents count, and what is refused."""

import json

import pytest

from spanbert.errors import DataError
from spanbert.evaluation.coref.files import score_coref
from spanbert.evaluation.coref.scores import coref_scores


def conll(*columns, title="(x); part 000"):
    """A document a line for each cell of the coreference column."""
    words = [f"x\t0\t{n}\tw{n}\t{cell}" for n, cell in enumerate(columns)]
    return "\n".join([f"#begin document {title}", *words, "#end document", ""])


def scored(tmp_path, key, response):
    paths = tmp_path / "key", tmp_path / "response"
    for path, text in zip(paths, (key, response), strict=True):
        path.write_text(text)
    return score_coref(*paths)


KEY = conll("(0)", "(1", "1)|(0)", "(1)")


def test_scores_of_files_are_those_of_their_clusters(tmp_path):
    response = conll("(5)", "-", "(5)", "(2)")
    pair = ([[(0, 1), (2, 3)], [(1, 3), (3, 4)]], [[(0, 1), (2, 3)], [(3, 4)]])
    assert scored(tmp_path, KEY, response) == coref_scores([pair]) | {"total": 1, "missing": 0}


def test_names_of_clusters_and_words_do_not_matter(tmp_path):
    other = KEY.replace("w0", "other").replace("(1", "(77").replace("1)", "77)")
    assert scored(tmp_path, KEY, other.replace("777)", "77)"))["conll_f1"] == pytest.approx(100)


def test_a_document_that_is_missing_has_no_clusters_and_one_too_many_does_not_count(tmp_path):
    both = KEY + conll("(0)", "(0)", title="(x); part 001")
    extra = KEY + conll("(0)", "(0)", title="(y)")
    assert scored(tmp_path, both, extra)["mentions"]["recall"] == pytest.approx(100 * 4 / 6)
    assert scored(tmp_path, both, extra)["mentions"]["precision"] == 100
    assert (scored(tmp_path, both, extra)["total"], scored(tmp_path, both, extra)["missing"]) == (
        2,
        1,
    )
    empty = "#begin document (x); part 000\n#end document\n"
    assert scored(tmp_path, KEY, empty) == scored(tmp_path, KEY, conll("-"))


def test_of_a_mention_predicted_twice_that_of_the_cluster_begun_first_stays(tmp_path):
    """Cluster 9 begins first: the mention is a singleton for it and is taken from cluster 2."""
    response = conll("-", "-", "(9)|(2)", "(2)")
    expected = coref_scores([([[(0, 1), (2, 3)], [(1, 3), (3, 4)]], [[(2, 3)], [(3, 4)]])])
    assert scored(tmp_path, KEY, response) == expected | {"total": 1, "missing": 0}


def test_lines_of_json_score_alike(tmp_path):
    fields = {"doc_key": "x_0", "sentences": [["w0", "w1", "w2", "w3"]]}
    line = json.dumps(fields | {"clusters": [[[1, 2], [3, 3]], [[0, 0], [2, 2]]]})
    assert scored(tmp_path, KEY, line) == scored(tmp_path, KEY, KEY)


@pytest.mark.parametrize(
    ("response", "message", "line"),
    [
        (conll("(0", "-"), "it begins and does not end", 2),
        (conll("-", "0)"), "it ends and has not begun", 3),
        (KEY + KEY, "its id was used before", 7),
        (KEY.replace("#end document", ""), "it does not end", 1),
        (conll("-") + "#begin document (y)\na b\n#end document\n", "has not 5 columns", 5),
        ('{"doc_key": "x_0", "sentences": 3}', "sentences are not lists", 1),
    ],
)
def test_anything_broken_is_refused_with_its_line(tmp_path, response, message, line):
    with pytest.raises(DataError, match=message) as caught:
        scored(tmp_path, KEY, response)
    assert f"response:{line}:" in str(caught.value)
    assert caught.value.exit_code == 3

"""Documents written and read again are equal; a response differs from its key in one column."""

import json
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.errors import DataError
from spanbert.tasks.coref.document import genre_of
from spanbert.tasks.coref.documents import CorefDocument, read_documents
from spanbert.tasks.coref.raw_text import document_of_text
from spanbert.tasks.coref.writing import (
    write_conll,
    write_json_lines,
    write_json_response,
    write_response,
)

VISIBLE = st.characters(min_codepoint=33, exclude_categories=("Cs", "Cc", "Z"))
WORDS = st.text(VISIBLE, min_size=1, max_size=4)
NAMES = st.sampled_from(["", "Bo", "Ann Lee", "#1"])
IDS = st.sampled_from(["x_0", "bc/cctv/00/cctv_0000_12", "plain", "with_007", "_0", "a (b)_3"])


@st.composite
def fields(draw):
    """Of a document: some sentences, and clusters of nested or distant spans."""
    sentences = draw(st.lists(st.lists(WORDS, min_size=1, max_size=5), min_size=1, max_size=3))
    num_words = sum(map(len, sentences))
    inside = st.tuples(st.integers(0, num_words - 1), st.integers(1, num_words))
    span = inside.map(lambda p: (p[0], min(num_words, sum(p))))
    clusters = draw(st.lists(st.lists(span, min_size=1, max_size=3), max_size=3))
    document_id = draw(IDS)
    return {
        "id": document_id,
        "sentences": tuple(map(tuple, sentences)),
        "speakers": tuple(tuple(draw(NAMES) for _ in words) for words in sentences),
        "clusters": tuple(tuple(sorted(_without_crossing(cluster))) for cluster in clusters),
    }


def document_of(fields):
    return CorefDocument(**fields, genre=genre_of(fields["id"]))


def _without_crossing(spans):
    kept = []
    for start, end in spans:
        if not any(s < start < e < end or start < s < end < e for s, e in kept):
            kept.append((start, end))
    return kept


def in_any_order(documents):
    return [replace(one, clusters=tuple(sorted(one.clusters))) for one in documents]


@given(fields())
def test_conll_is_read_as_it_was_written(fields):
    document = document_of(fields)
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "a.conll", Path(folder) / "b.conll"
        write_conll([document], first)
        read = read_documents(first).documents
        assert in_any_order(read) == in_any_order([document])
        write_conll(read, second)
        assert first.read_text().count("\n") == second.read_text().count("\n")
        assert read_documents(second).documents == read


@given(fields())
def test_lines_of_json_are_read_as_they_were_written(fields):
    document = document_of(fields)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        write_json_lines([document, replace(document, id="other", genre="")], path)
        read = read_documents(path).documents
        assert read == [document, replace(document, id="other", genre="")]


def test_a_raw_text_keeps_its_offsets(tmp_path):
    document = document_of_text("Ann left.\n\nShe  came back.", "t")
    write_json_lines([document], tmp_path / "a.jsonl")
    assert read_documents(tmp_path / "a.jsonl").documents == [document]


BASE = CorefDocument("x_0", (("a", "b", "c", "d"),), (("",) * 4,), (((0, 1), (2, 4)),))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clusters": (((0, 2), (1, 3)),)}, "document 'x_0': two mentions of one cluster cross"),
        ({"clusters": (((0, 2), (1, 3)), ((0, 2),))}, "cross"),
        ({"clusters": (((0, 5),),)}, r"\[0, 5\) of 4"),
        ({"sentences": (("a", "b\t", "c", "d"),)}, "which columns cannot"),
        ({"sentences": (("a", "b\n", "c", "d"),)}, "which columns cannot"),
        ({"sentences": (("a", " ", "c", "d"),)}, "which columns cannot"),
        ({"speakers": (("", "", "", "x\ty"),)}, "which columns cannot"),
        ({"id": "a\nb"}, "which columns cannot"),
    ],
)
def test_what_columns_cannot_hold_is_refused(tmp_path, changes, message):
    with pytest.raises(DataError, match=message) as caught:
        write_conll([replace(BASE, **changes)], tmp_path / "a.conll")
    assert caught.value.exit_code == 3
    assert not (tmp_path / "a.conll").exists()


def test_lines_of_json_keep_all_but_their_clusters(tmp_path):
    first = {"n": [1, None], "sentences": [["a"], [], ["b", "c", "d"]], "doc_key": "x_0"}
    other = {"doc_key": "y", "sentences": [["a"]], "clusters": [[[0, 0]]], "w": "\ud83d"}
    broken = first | {"speakers": []}  # of an id that a whole document has, too
    lines = [json.dumps(broken), "", json.dumps(first), "no json", json.dumps(other)]
    (tmp_path / "key").write_text("\n".join(lines))
    predicted = [BASE, replace(BASE, id="y", clusters=())]
    write_json_response(tmp_path / "key", predicted, tmp_path / "response")
    lines = (tmp_path / "response").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        first | {"clusters": [[[0, 0], [2, 3]]]},
        other | {"clusters": []},
    ]


KEY = """# made by hand
#begin document (x); part 000
x   0   0   a   NN  (TOP*   -   -   -   Bo   *   (V*)   (3)
x   0   1   b   NN  *)   -   -   -   Bo   *   *   -

x\t0\t0\tc\tNN\t*\t-\t-\t-\tAnn Lee\t*\t*\t(3
x\t0\t1\td\tNN\t*\t-\t-\t-\t-\t*\t*\t3) \r

#end document
#begin document (x); part 001
x   1   0   e   -   *   -   -   -   -   *   (0)
#end document
"""


def test_a_response_differs_from_its_key_in_the_last_column_alone(tmp_path):
    key, response = tmp_path / "key", tmp_path / "response"
    key.write_bytes(KEY.encode())
    predicted = replace(BASE, clusters=(((1, 2), (2, 4)), ((1, 2),)))
    write_response(key, [predicted], response)
    expected = KEY.replace("(3)\n", "-\n").replace("(V*)   (3)", "(V*)   -")
    expected = re.sub(r"-\n\nx", "(0)|(1)\n\nx", expected).replace("\t(3\n", "\t(0\n")
    expected = expected.replace("\t3) \r", "\t0) \r").replace("(0)\n#end", "-\n#end")
    assert response.read_bytes().decode() == expected
    found = read_documents(response).documents
    assert [one.clusters for one in found] == [predicted.clusters, ()]
    write_response(response, read_documents(key).documents, key)
    assert read_documents(key).documents[0].clusters == (((0, 1), (2, 4)),)


def test_a_response_to_another_key_is_refused(tmp_path):
    (tmp_path / "key").write_text(KEY)
    longer = replace(BASE, sentences=(("a",) * 5,))
    shorter = replace(BASE, sentences=(("a",) * 3,), clusters=())
    for document in (longer, shorter):
        with pytest.raises(DataError, match="another number of words"):
            write_response(tmp_path / "key", [document], tmp_path / "response")
    with pytest.raises(DataError, match="no document 'y'"):
        write_response(tmp_path / "key", [replace(BASE, id="y")], tmp_path / "response")
    assert not (tmp_path / "response").exists()

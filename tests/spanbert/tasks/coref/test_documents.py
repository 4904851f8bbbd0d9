"""Files of documents: what is read, what is left out and counted, and what is refused."""

import gzip
import json

import pytest

from spanbert.errors import DataError
from spanbert.tasks.coref.document import genre_of
from spanbert.tasks.coref.documents import CorefDocument, read_documents


def word(text, coreference="-", *, name="bc/x/00/x_0001", part=0, speaker="-", parse="*"):
    columns = [name, part, 0, text, "NN", parse, "-", "-", "-", speaker, "*", "(V*)", coreference]
    return "\t".join(map(str, columns))


def conll(*lines, title="(bc/x/00/x_0001); part 000"):
    return "\n".join([f"#begin document {title}", *lines, "#end document", ""])


def write(tmp_path, content, name="a.conll"):
    path = tmp_path / name
    path.write_text(content)
    return path


def documents(tmp_path, content):
    return read_documents(write(tmp_path, content)).documents


FIRST = [
    word("Ann", "(0)|(1", speaker="Bo"),
    word("'s", speaker="Bo"),
    word("cat", "1)", speaker="Bo"),
    "",
    word("She", "(0)", speaker="Ann Lee", parse="(TOP(S*"),
    word(".", speaker="Ann Lee"),
    "",
]
READ = CorefDocument(
    id="bc/x/00/x_0001_0",
    sentences=(("Ann", "'s", "cat"), ("She", ".")),
    speakers=(("Bo",) * 3, ("Ann Lee",) * 2),
    clusters=(((0, 1), (3, 4)), ((0, 3),)),
    genre="bc",
)


def test_columns_with_tabs(tmp_path):
    read = read_documents(write(tmp_path, conll(*FIRST)))
    assert (read.documents, read.skipped, read.layout) == ([READ], {}, "conll")
    assert READ.num_words == 5
    assert READ.words == ("Ann", "'s", "cat", "She", ".")


def test_columns_with_runs_of_spaces_and_windows_line_ends(tmp_path):
    lines = [line.replace("Ann Lee", "AnnLee").replace("\t", "    ") for line in FIRST]
    (found,) = documents(tmp_path, conll(*lines).replace("\n", "\r\n"))
    assert found.sentences == READ.sentences
    assert found.clusters == READ.clusters
    assert found.speakers[1] == ("AnnLee",) * 2


def test_parts_are_documents_and_titles_may_be_plain(tmp_path):
    text = "".join(
        conll(word(str(number)), title=title)
        for number, title in enumerate(
            ["(a); part 000", "(a); part 012", "(b);", "(c)", "d", "(e (f)); part 001", "(a)b"]
        )
    )
    ids = [document.id for document in documents(tmp_path, text)]
    assert ids == ["a_0", "a_12", "b", "c", "d", "e (f)_1", "(a)b"]


def test_few_columns_have_no_speaker(tmp_path):
    (found,) = documents(tmp_path, conll("x\t0\t0\tAnn\t(0)", "x\t0\t1\t.\t-"))
    assert (found.sentences, found.speakers) == ((("Ann", "."),), (("", ""),))
    assert found.clusters == (((0, 1),),)


def test_comments_and_blank_lines_are_no_words(tmp_path):
    text = "\n\n" + conll("", "# a remark", *FIRST, "", " ", "")
    assert documents(tmp_path, text) == [READ]


def test_lines_of_json(tmp_path):
    fields = {"doc_key": READ.id, "sentences": READ.sentences, "speakers": READ.speakers}
    fields |= {"clusters": [[[3, 3], [0, 0]], [[0, 2]]], "source": "any"}
    read = read_documents(write(tmp_path, json.dumps(fields) + "\n\n", "a.jsonl"))
    assert (read.documents, read.skipped, read.layout) == ([READ], {}, "jsonl")


def test_speakers_and_clusters_may_be_left_out(tmp_path):
    line = json.dumps({"doc_key": "x", "sentences": [["a"], [], ["b"]]})
    (found,) = documents(tmp_path, line)
    assert (found.sentences, found.speakers, found.clusters) == ((("a",), ("b",)), (("",),) * 2, ())


def test_a_dash_is_no_speaker(tmp_path):
    line = json.dumps({"doc_key": "x", "sentences": [["a", "b"]], "speakers": [["-", "Bo"]]})
    assert documents(tmp_path, line)[0].speakers == (("", "Bo"),)


def test_compressed_files_read_alike(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(conll(*FIRST).encode()))
    assert read_documents(path).documents == [READ]


@pytest.mark.parametrize(
    ("document_id", "genre"),
    [("nw/wsj/00", "nw"), ("wb_1", "wb"), ("bnx", ""), ("GUM_bio", ""), ("pt", "pt"), ("", "")],
)
def test_genres_are_those_of_ontonotes(document_id, genre):
    assert genre_of(document_id) == genre


GOOD = "".join(conll(word("a", "(0)"), title=f"(g{number})") for number in range(100))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (conll(word("a"), title="(g3)"), "its id was used before"),
        (conll(title="(x)"), "it has no word"),
        (conll("a b c d", title="(x)"), "a line has not 5 columns"),
        (conll("a\t0\t0\t\t-", title="(x)"), "a line has not 5 columns"),
        ("#begin document (x)\n" + word("a"), "it does not end"),
        ("#begin document (x)\n" + word("a") + "\n" + conll(word("b")), "it does not end"),
        (word("a") + "\n#end document\n", "its beginning is missing"),
    ],
)
def test_a_broken_document_is_left_out_and_many_are_refused(tmp_path, bad, reason):
    read = read_documents(write(tmp_path, GOOD + bad))
    assert len(read.documents) == 100 + ("(bc" in bad)
    assert read.skipped == {f"document: {reason}": 1}
    with pytest.raises(DataError, match=f"1 of .* documents are broken .*{reason}") as caught:
        read_documents(write(tmp_path, conll(word("a"), title="(g3)") + bad))
    assert caught.value.exit_code == 3
    assert "a.conll:" in str(caught.value)


def test_a_line_that_is_not_text(tmp_path):
    path = tmp_path / "a.conll"
    path.write_bytes(GOOD.encode() + conll(word("é"), title="(x)").encode("latin-1"))
    assert read_documents(path).skipped == {"document: a line is not UTF-8": 1}


def test_broken_mentions_are_left_out_with_their_line(tmp_path):
    many = [word("a", "(0)") for _ in range(199)]
    read = read_documents(write(tmp_path, conll(*many, word("b", "1)"))))
    assert read.skipped == {"mention: it ends and has not begun": 1}
    assert len(read.documents[0].clusters[0]) == 199
    with pytest.raises(DataError, match=r"1 of 2 mentions are broken .*'bc/x") as caught:
        read_documents(write(tmp_path, conll(word("a", "(0)"), word("b", "1)"))))
    assert "a.conll:3" in str(caught.value)


JSON = {"doc_key": "x", "sentences": [["a", "b"], ["c"]]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"doc_key": None}, "no doc_key"),
        ({"doc_key": ""}, "no doc_key"),
        ({"doc_key": "\ud800"}, "no doc_key"),
        ({"sentences": "a b"}, "sentences are not lists of words"),
        ({"sentences": [["a", ""]]}, "sentences are not lists of words"),
        ({"sentences": [["a", 1]]}, "sentences are not lists of words"),
        ({"sentences": []}, "it has no word"),
        ({"speakers": [["A"], ["B"]]}, "speakers are not one for each word"),
        ({"speakers": ["AB", "C"]}, "speakers are not one for each word"),
        ({"clusters": {}}, "clusters are not lists of mentions"),
        ({"clusters": [3]}, "clusters are not lists of mentions"),
        ({"text": "abc", "offsets": [[0, 1]]}, "offsets are not one in the text for each word"),
        ({"offsets": [[0, 1]] * 3}, "offsets are not one in the text for each word"),
        ({"text": "abc", "offsets": [[0, 4]] * 3}, "offsets are not one in the text for each word"),
    ],
)
def test_a_broken_line_of_json_is_left_out(tmp_path, changes, reason):
    good = "".join(json.dumps(JSON | {"doc_key": f"g{number}"}) + "\n" for number in range(100))
    read = read_documents(write(tmp_path, good + json.dumps(JSON | changes)))
    assert len(read.documents) == 100
    assert read.skipped == {f"document: {reason}": 1}


@pytest.mark.parametrize(
    ("mention", "reason"),
    [
        ([0, 3], "not in its document"),
        ([-1, 0], "not in its document"),
        ([1, 0], "its last word is before its first"),
        ([0], "not a pair of words"),
        ([0, True], "not a pair of words"),
        ("ab", "not a pair of words"),
    ],
)
def test_a_broken_mention_of_json_is_left_out(tmp_path, mention, reason):
    clusters = [[[0, 0]] * 199, [mention]]
    read = read_documents(write(tmp_path, json.dumps(JSON | {"clusters": clusters})))
    assert read.documents[0].clusters == (((0, 1),) * 199,)
    assert read.skipped == {f"mention: {reason}": 1}


@pytest.mark.parametrize("content", ["", "\n", "Ann met Bob.\n", "[1]", "id\ttext\n"])
def test_other_files_are_refused(tmp_path, content):
    with pytest.raises(
        DataError, match=r"neither # as in CoNLL-2012|no line with anything"
    ) as caught:
        read_documents(write(tmp_path, content))
    assert caught.value.exit_code == 3


def test_a_file_without_usable_documents_is_refused(tmp_path):
    with pytest.raises(DataError, match="no word"):
        read_documents(write(tmp_path, conll()))

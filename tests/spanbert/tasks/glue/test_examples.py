"""Every task's files are read as GLUE publishes them; what is broken is counted, or refused."""

import gzip
import lzma

import pytest
from glue_example import write_rows

from spanbert.errors import DataError
from spanbert.tasks.glue.examples import GlueExample, read_glue, read_unlabelled
from spanbert.tasks.glue.table import DIAGNOSTIC, TASKS

MNLI = "index|promptID|pairID|genre|sentence1_binary_parse|sentence2_binary_parse|sentence1_parse"
MNLI += "|sentence2_parse|sentence1|sentence2"
MRPC = "#1 ID|#2 ID|#1 String|#2 String"
STSB = "index|genre|filename|year|old_index|source1|source2|sentence1|sentence2"
PAIR = "index|sentence1|sentence2"
# the columns of the official files: task, split -> header, a row, its label
FILES = {
    ("cola", "train"): ("", "gj04|0|*|fine", "0"),
    ("cola", "test"): ("index|sentence", "0|fine", None),
    ("sst2", "train"): ("sentence|label", "fine|0", "0"),
    ("sst2", "test"): ("index|sentence", "0|fine", None),
    ("mrpc", "train"): (f"Quality|{MRPC}", "1|7|8|a|b", "1"),
    ("mrpc", "test"): (f"index|{MRPC}", "0|7|8|a|b", None),
    ("stsb", "train"): (f"{STSB}|score", "0|1|2|3|4|5|6|a|b|3.800", 3.8),
    ("stsb", "test"): (STSB, "0|1|2|3|4|5|6|a|b", None),
    ("qqp", "train"): ("id|qid1|qid2|question1|question2|is_duplicate", "0|2|3|a|b|1", "1"),
    ("qqp", "test"): ("id|question1|question2", "0|a|b", None),
    ("mnli", "train"): (f"{MNLI}|label1|gold_label", "0|1|2|3|4|5|6|7|a|b|x|neutral", "neutral"),
    ("mnli", "dev"): (
        f"{MNLI}|label1|label2|label3|label4|label5|gold_label",
        "0|1|2|3|4|5|6|7|a|b|v|w|x|y|z|neutral",
        "neutral",
    ),
    ("mnli", "test"): (MNLI, "0|1|2|3|4|5|6|7|a|b", None),
    ("mnli", "diagnostic"): (PAIR, "0|a|b", None),
    ("qnli", "train"): ("index|question|sentence|label", "0|a|b|entailment", "entailment"),
    ("rte", "train"): (f"{PAIR}|label", "0|a|b|not_entailment", "not_entailment"),
    ("wnli", "train"): (f"{PAIR}|label", "0|a|b|1", "1"),
}


@pytest.mark.parametrize(("task", "split"), FILES)
def test_the_columns_of_official_files_are_found(task, split, tmp_path):
    header, row, label = FILES[task, split]
    numbered = header.startswith(("index", "id"))
    second = f"1{row[1:]}" if numbered else row
    rows = [tuple(line.split("|")) for line in (header, row, second) if line]
    path = write_rows(tmp_path / f"{split}.tsv", *rows)
    texts = ("a", "b") if len(TASKS[task].texts) == 2 else ("fine",)
    assert read_unlabelled(path, TASKS[task]) == [GlueExample(number, texts) for number in "01"]
    if label is not None:
        labelled = [GlueExample(number, texts, label) for number in "01"]
        assert read_glue(path, TASKS[task]).examples == labelled
    else:
        with pytest.raises(DataError, match=f"no column '{TASKS[task].label}'"):
            read_glue(path, TASKS[task])


def test_the_diagnostic_set_has_the_labels_of_mnli(tmp_path):
    header = ("Domain", "Premise", "Hypothesis", "Label")
    path = write_rows(tmp_path / "ax.tsv", header, ("News", "a", "b", "contradiction"))
    found = read_glue(path, DIAGNOSTIC).examples
    assert found == [GlueExample("0", ("a", "b"), "contradiction")]


def test_quotes_are_text_and_ends_of_lines_are_not(tmp_path):
    path = tmp_path / "dev.tsv"
    path.write_bytes('\ufeffsentence\tlabel\r\n"so \'bad\'\t1\r\n\r\n""\t0\n'.encode())
    found = read_glue(path, TASKS["sst2"])
    assert [one.texts[0] for one in found.examples] == ["\"so 'bad'", '""']
    assert not found.skipped


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress)])
def test_packed_files_are_read(tmp_path, suffix, pack):
    path = tmp_path / f"dev.tsv{suffix}"
    path.write_bytes(pack(b"sentence\tlabel\nfine\t1\n"))
    assert len(read_glue(path, TASKS["sst2"]).examples) == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"fine", "a row has not the header's columns, or is not UTF-8"),
        (b"fi\tne\t1", "a row has not the header's columns, or is not UTF-8"),
        (b"f\xff\t1", "a row has not the header's columns, or is not UTF-8"),
        (b"fine\t2", "a label is none of the task's"),
        (b"fine\t", "a label is none of the task's"),
    ],
)
def test_broken_rows_are_counted_until_there_are_too_many(tmp_path, row, reason):
    path = tmp_path / "dev.tsv"
    path.write_bytes(b"sentence\tlabel\n" + b"good\t1\n" * 99 + row + b"\n")
    found = read_glue(path, TASKS["sst2"])
    assert found.skipped == {f"example: {reason}": 1}
    assert len(found.examples) == 99
    path.write_bytes(path.read_bytes() + row + b"\n")
    with pytest.raises(DataError, match=rf"dev\.tsv:101: 2 of 101 examples are broken.*{reason}"):
        read_glue(path, TASKS["sst2"])


@pytest.mark.parametrize("score", ["much", "nan", "inf", "", "-1", "5.01"])
def test_a_score_is_a_number(tmp_path, score):
    path = write_rows(tmp_path / "x.tsv", ("sentence1", "sentence2", "score"), ("a", "b", score))
    with pytest.raises(DataError, match="a label is no number from 0 to 5"):
        read_glue(path, TASKS["stsb"])


def test_rows_keep_the_numbers_that_their_file_gives_them(tmp_path):
    rows = [(8, "good"), (5, "bad")]
    path = write_rows(tmp_path / "test.tsv", ("index", "sentence"), *rows)
    assert [one.id for one in read_unlabelled(path, TASKS["sst2"])] == ["8", "5"]
    labelled = [(*row, 1) for row in rows]
    path = write_rows(tmp_path / "dev.tsv", ("index", "sentence", "label"), *labelled)
    assert [one.id for one in read_glue(path, TASKS["sst2"]).examples] == ["8", "5"]
    path = write_rows(tmp_path / "twice.tsv", ("index", "sentence"), *rows, (8, "new"))
    with pytest.raises(DataError, match=r"twice\.tsv:4: its index '8' was there before"):
        read_unlabelled(path, TASKS["sst2"])


def test_a_column_that_is_there_twice_is_refused(tmp_path):
    header = ("sentence", "sentence", "label")
    path = write_rows(tmp_path / "dev.tsv", header, ("good", "bad", 1))
    with pytest.raises(DataError, match="more than one column 'sentence'"):
        read_glue(path, TASKS["sst2"])


def test_to_predict_no_row_may_be_left_out(tmp_path):
    path = write_rows(
        tmp_path / "test.tsv", ("index", "sentence"), *[(i, "good") for i in range(300)], (1,)
    )
    with pytest.raises(DataError, match=r"test\.tsv:302: a row has not the header's columns"):
        read_unlabelled(path, TASKS["sst2"])


@pytest.mark.parametrize(
    ("content", "told"), [("", "no line with"), ("sentence\tlabel\n", "no example")]
)
def test_an_empty_file_is_refused(tmp_path, content, told):
    path = tmp_path / "dev.tsv"
    path.write_text(content)
    with pytest.raises(DataError, match=told):
        read_glue(path, TASKS["sst2"])

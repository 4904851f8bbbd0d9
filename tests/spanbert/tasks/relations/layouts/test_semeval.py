"""Blocks of SemEval-2010 task 8 as they are published, and what is wrong with broken ones."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from relation_example import record, write_lines

from spanbert.errors import DataError
from spanbert.evaluation.relation_files import score_relations
from spanbert.tasks.relations.examples import read_relations, read_unlabelled
from spanbert.tasks.relations.layouts.record import EntityWords
from spanbert.tasks.relations.layouts.semeval import is_sentence, semeval_records

# hand-made; stray spaces, an empty comment and none, quotes and marks beside the tags
TRAIN = (
    '1\t"The <e1>lid</e1> of a well-known <e2>tea pot</e2> doesn\'t fit (at 32" wide). " \r\n'
    "Component-Whole(e1,e2) \r\n"
    "Comment: 7 of us agreed.\r\n"
    "\r\n"
    '2\t"<e2>Bakers</e2> say the <e1>bread</e1>\'s "fine""\r\n'
    "Product-Producer(e1,e2)\r\n"
    "Comment:\r\n"
    " \r\n"
    ' 3  "A <e1>fox</e1>-<e2>den</e2>" \r\n'
    "Other\r\n"
)
SENTENCES = (
    ("lid", "tea pot", "The lid of a well-known tea pot doesn't fit ( at 32 \" wide ) ."),
    ("bread", "Bakers", 'Bakers say the bread \' s " fine "'),
    ("fox", "den", "A fox - den"),
)
RELATIONS = ("Component-Whole(e1,e2)", "Product-Producer(e1,e2)", "Other")
ENTITIES = {"subj_type": "ENTITY", "obj_type": "ENTITY"}


def rows():
    """The same examples in TACRED's fields."""
    return [
        record(0, words, subject, object_, relation, **ENTITIES, id=str(number))
        for number, ((subject, object_, words), relation) in enumerate(
            zip(SENTENCES, RELATIONS, strict=True), start=1
        )
    ]


def written(path, text):
    path.write_bytes(text.encode())
    return path


def block(number, sentence, *lines):
    return "".join(f"{line}\r\n" for line in (f'{number}\t"{sentence}"', *lines, ""))


def good_block(number):
    return block(number, "An <e1>ox</e1> in a <e2>pen</e2>.", "Other", "Comment:")


def lines_of(text):
    return list(enumerate(text.encode().split(b"\n"), start=1))


@pytest.mark.parametrize("change", [str, lambda text: text.replace("\r", ""), "\ufeff{}".format])
def test_published_blocks_are_the_same_examples_as_in_tacreds_fields(tmp_path, change):
    path = written(tmp_path / "TRAIN_FILE.TXT", change(TRAIN))
    assert read_relations(path) == read_relations(write_lines(tmp_path / "a.jsonl", rows()))


def test_sentences_alone_are_predicted(tmp_path):
    labelled = written(tmp_path / "TEST_FILE_FULL.TXT", TRAIN)
    sentences = "".join(line for line in TRAIN.splitlines(keepends=True) if "<e1>" in line)
    path = written(tmp_path / "TEST_FILE.txt", sentences)
    assert read_unlabelled(path) == read_unlabelled(labelled)
    assert [one.id for one in read_unlabelled(path)] == ["1", "2", "3"]
    with pytest.raises(DataError, match=r"FILE\.txt:1: 3 of 3 examples.*it has no relation"):
        read_relations(path)


def test_predictions_of_the_official_scorer_are_scored_against_the_official_key(tmp_path):
    key = written(tmp_path / "TEST_FILE_FULL.TXT", TRAIN)
    wrong_way = "1\tComponent-Whole(e2,e1)\n2\tProduct-Producer(e1,e2)\n3\tOther\n"
    answers = written(tmp_path / "answers.txt", wrong_way)
    assert score_relations(key, answers, metric="semeval", negative="Other")["f1"] == 50


# any text, with what ends lines, tags and quotes at the ends taken out
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='\n<>"'), max_size=12)


def signs(text):
    """What is no white space: nothing else may be lost."""
    return re.sub(r"\s", "", text)


@given(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.booleans())
def test_entities_are_what_the_tags_enclose_and_no_sign_is_lost(before, one, mid, two, end, turned):
    names = ("e2", "e1") if turned else ("e1", "e2")
    parts = (before, f"<{names[0]}>{one}x</{names[0]}>", mid, f"<{names[1]}>{two}y</{names[1]}>")
    (found,) = semeval_records([(1, f'7\t"{"".join(parts)}{end}"'.encode()), (2, b"Other")])
    assert (found.id, found.fault, found.relation) == ("7", "", "Other")
    assert "".join(found.words) == signs(f"{before}{one}x{mid}{two}y{end}")
    subject, object_ = (
        "".join(found.words[entity.start : entity.end]) for entity in (found.subject, found.object)
    )
    assert [subject, object_] == [signs(one) + "x", signs(two) + "y"][:: -1 if turned else 1]


def test_entities_may_hold_one_another():
    text = "1\tA <e1>cup of <e2>tea</e2></e1>\nContent-Container(e2,e1)"
    (found,) = semeval_records(lines_of(text))
    assert found.words == ("A", "cup", "of", "tea")
    assert found.subject == EntityWords(1, 4, "ENTITY")
    assert found.object == EntityWords(3, 4, "ENTITY")


def test_a_comment_is_never_a_sentence():
    text = good_block(1).replace("Comment:", "comment : no <e1>pen</e1>\n 2 <- or more")
    (found,) = semeval_records(lines_of(text))
    assert (found.id, found.relation) == ("1", "Other")
    assert not is_sentence(b"Comment: <e1>pen</e1>")
    assert not is_sentence(b"3 pens")
    assert not is_sentence(None)


MISSING = "<e2> or </e2> is missing"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (block("x", "An <e1>ox</e1>, a <e2>pen</e2>.", "Other"), "no number in front of its"),
        (block(7, "An <e1>ox</e1>, a pen.", "Other"), MISSING),
        (block(7, "An <e1>ox</e1>, a <e2>pen.", "Other"), MISSING),
        (block(7, "An ox, a pen.", "Other"), "<e1> or </e1> is missing"),
        (block(7, "An <e1>ox</e1>, an <e1>ox</e1>, <e2>a</e2>", "Other"), "<e1> is there twice"),
        (block(7, "An <e1> </e1>, a <e2>pen</e2>.", "Other"), "no word between <e1> and </e1>"),
        (block(7, "An </e1>ox<e1>, a <e2>pen</e2>.", "Other"), "no word between <e1> and </e1>"),
        (block(7, "An <e1>ox</e1>, a \udcff <e2>pen</e2>.", "Other"), "a line of it is not UTF-8"),
        (good_block(1), "its id was used before"),
        ("Other\r\n", "no number in front of its sentence"),
    ],
)
def test_broken_blocks_are_counted_until_they_are_too_many(tmp_path, bad, reason):
    path = tmp_path / "a.txt"
    good = "".join(map(good_block, range(1000, 1099)))
    good = good_block(1) + good.removesuffix(good_block(1098))
    path.write_bytes((good + bad).encode(errors="surrogateescape"))
    found = read_relations(path)
    assert (len(found.examples), sum(found.skipped.values())) == (99, 1)
    assert reason in next(iter(found.skipped))
    with pytest.raises(DataError, match=rf"a\.txt:397: .*{re.escape(reason)}"):
        read_unlabelled(path)
    path.write_bytes((bad + good + bad).encode(errors="surrogateescape"))
    with pytest.raises(DataError, match=r"of 101 examples are broken"):
        read_relations(path)


def test_a_relation_is_one_line(tmp_path):
    good = "".join(map(good_block, range(100)))
    bad = block(100, "An <e1>ox</e1> in a <e2>pen</e2>.", "Other", "Cause-Effect(e1,e2)")
    path = written(tmp_path / "a.txt", good + bad)
    assert read_relations(path).skipped == {"example: relation has a tab or a line end in it": 1}
    assert len(read_unlabelled(path)) == 101


def test_sentences_without_blank_lines_break_alone():
    sentences = ["1\tAn <e1>ox</e1> in a <e2>pen</e2>", '2\t"An ox"', '"A <e1>hen</e1>"', "3\t"]
    found = list(semeval_records(lines_of("\n".join([*sentences, "4\t<e1>a</e1> <e2>b</e2>"]))))
    assert [(one.line, bool(one.fault)) for one in found] == [
        (1, False),
        (2, True),
        (3, True),
        (4, True),
        (5, False),
    ]


def test_a_line_that_is_too_long_breaks_its_block():
    (found,) = semeval_records([(1, b"1\t<e1>a</e1> <e2>b</e2>"), (2, None)])
    assert found.fault == "a line of it is not UTF-8"

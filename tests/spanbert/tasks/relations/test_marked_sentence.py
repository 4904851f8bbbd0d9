"""Sentences as a person marks them, and every way to get it wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.errors import DataError
from spanbert.tasks.relations.examples import Entity
from spanbert.tasks.relations.marked_sentence import read_marked_sentence


def test_marks_go_and_their_places_stay():
    found = read_marked_sentence(
        "<subject type=PER>Bill</subject> founded <object type='ORG'>Micro soft</object>."
    )
    assert found.text == "Bill founded Micro soft."
    assert found.subject == Entity(0, 4, "PER")
    assert found.object == Entity(13, 23, "ORG")
    assert found.relation is None


def test_types_may_be_left_out_entities_nest_and_other_signs_are_text():
    found = read_marked_sentence(
        r'if a < b: <subject >the <object type="C">Oslo</object></subject> \<subject> <b> \\'
    )
    assert found.text == "if a < b: the Oslo <subject> <b> \\"
    assert found.text[found.subject.start : found.subject.end] == "the Oslo"
    assert found.text[found.object.start : found.object.end] == "Oslo"
    assert (found.subject.type, found.object.type) == ("", "C")


@given(st.text(), st.text(min_size=1), st.text())
def test_any_text_can_be_written(before, inside, behind):
    def escaped(text):
        return text.replace("\\", "\\\\").replace("<", "\\<")

    one, two = (f"<{role}>{escaped(inside)}x</{role}>" for role in ("object", "subject"))
    found = read_marked_sentence(f"{escaped(before)}{one}{two}{escaped(behind)}")
    assert found.text == f"{before}{inside}x{inside}x{behind}"
    assert found.text[found.subject.start : found.subject.end] == f"{inside}x"


@pytest.mark.parametrize(
    ("marked", "told"),
    [
        ("", "no <subject>"),
        ("<subject>Ann</subject> ran.", "no <object>"),
        ("<object>Ann</object> ran.", "no <subject>"),
        ("<subject>Ann <object>ran</object>", "<subject> without </subject>"),
        ("Ann</subject>", "</subject> at character 3 ends nothing"),
        ("<subject>A</subject></subject>", "</subject> at character 20 ends nothing"),
        ("<subject>A</subject><subject>B</subject>", "a second <subject> at character 20"),
        ("<subject> </subject><object>B</object>", "there is no word in the subject"),
    ],
)
def test_a_mistake_is_told_with_its_place(marked, told):
    with pytest.raises(DataError) as refused:
        read_marked_sentence(marked)
    assert told in str(refused.value)
    assert "write it like: <subject type=PER>" in str(refused.value)

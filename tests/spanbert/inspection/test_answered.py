"""Answers as a person reads them."""

from spanbert.inspection.answered import draw_answers
from spanbert.tasks.qa.answers import Prediction


def test_each_question_has_its_answer_place_and_share_below_it():
    found = Prediction("0", "漢字 " * 40, 7, 127, 1.0, 0.0, (), 0.5)
    none = Prediction("1", "", 0, 0, 1.0, 1.0, (), 0.987)
    lines = draw_answers(["Who?", "Why\x1b?"], [found, none], 60).splitlines()
    assert [lines[0], lines[2], lines[3]] == ["Who?", "", "Why\\x1b?"]
    assert lines[1].startswith("  漢字 漢字")
    assert lines[1].endswith("…  characters 7 to 127          50.0 %")
    assert lines[4].split() == ["(no", "answer)", "98.7", "%"]

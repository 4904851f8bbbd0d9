"""Tables of guesses fit the terminal, hold every guess, and say what is missing."""

import pytest

from spanbert.inspection.filled import draw_filled
from spanbert.inspection.terminal import num_columns
from spanbert.tasks.fill import FilledMask, FilledSpan, FilledText, Guess


def guesses(kind, number=3):
    return [Guess(f"{kind}{n}", 0.5 / (n + 1)) for n in range(number)]


def filled(*, has_sbo=True, has_place=True, is_at_edge=False, text="The [MASK] sat."):
    by_sbo = guesses("sbo") if has_sbo and has_place else None
    mask = FilledMask(4, 10, guesses("mlm"), by_sbo, guesses("both"))
    span = FilledSpan(4, 10, "cat", is_at_edge, [mask])
    return FilledText(text, text.replace("[MASK]", "cat"), has_sbo, [span])


@pytest.mark.parametrize("columns", [80, 120])
def test_each_guess_stands_under_its_kind_within_the_columns(columns):
    drawn = draw_filled(filled(text="The [MASK] sat. " * 20), columns).splitlines()
    assert max(map(num_columns, drawn)) <= columns
    header = next(line for line in drawn if "by MLM" in line)
    for n, line in enumerate(drawn[drawn.index(header) + 1 :]):
        for kind, title in (("mlm", "by MLM"), ("sbo", "by SBO"), ("both", "by both")):
            assert line.index(f"{kind}{n}") == header.index(title)


def test_what_the_model_lacks_is_said():
    without = draw_filled(filled(has_sbo=False), 80)
    assert "no span boundary head" in without
    assert "by SBO" not in without
    assert "beyond the places" in draw_filled(filled(has_place=False), 80)
    assert "text's edge" in draw_filled(filled(is_at_edge=True), 80)
    assert "text's edge" not in draw_filled(filled(), 80)


def test_no_control_character_of_the_text_reaches_the_terminal():
    assert "\x1b" not in draw_filled(filled(text="The \x1b[31m [MASK]"), 80)

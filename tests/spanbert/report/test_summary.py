"""Numbers read as people write them, and chance has a margin."""

import math

import pytest
from task_results import qa_row

from spanbert.report.summary import chance_margin, count, fixed


def test_the_margin_of_chance_is_two_standard_errors_of_two_shares():
    margin = chance_margin(qa_row("a", 50.0, 200), qa_row("b", 50.0, 200))
    assert margin == pytest.approx(200 * math.sqrt(2 * 0.25 / 200))


@pytest.mark.parametrize("row", [qa_row("a", math.nan), qa_row("a", 130.0), qa_row("a", 50.0, 0)])
def test_the_margin_of_chance_is_unknown_for_impossible_scores(row):
    assert math.isnan(chance_margin(row, qa_row("b", 50.0)))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234567, 0, "1,234,567"),
        (1234.5, 2, "1,234.50"),
        (math.nan, 2, "NaN"),
        (math.inf, 1, "∞"),
        (-math.inf, 1, "-∞"),
    ],
)
def test_numbers_read_as_people_write_them(value, digits, text):
    assert fixed(value, digits) == text
    assert digits != 0 or count(value) == text

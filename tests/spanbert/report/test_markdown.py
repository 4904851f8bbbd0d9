"""Tables in Markdown."""

from spanbert.report.markdown import markdown_table


def test_names_stand_left_numbers_right_and_a_bar_in_a_cell_is_no_border():
    assert (
        markdown_table(["A", "n"], [["a|b", "1"]], 1) == "| A | n |\n| --- | ---: |\n| a\\|b | 1 |"
    )

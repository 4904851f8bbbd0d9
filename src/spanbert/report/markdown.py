"""Rows of cells -> a table in Markdown."""

from collections.abc import Sequence


def markdown_table(heads: Sequence[str], rows: Sequence[Sequence[str]], num_names: int) -> str:
    """A table whose first columns are names and whose others are numbers, set to the right."""
    rule = ["---"] * num_names + ["---:"] * (len(heads) - num_names)
    return "\n".join(f"| {' | '.join(map(_cell, cells))} |" for cells in (heads, rule, *rows))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")

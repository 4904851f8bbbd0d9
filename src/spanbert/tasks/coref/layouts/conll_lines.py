"""What the lines of CoNLL-2012 are, one by one: beginnings and ends of documents, and words.

Columns are parted by tabs or by runs of spaces: name, part, place in the sentence, word, part of
speech, parse, two of predicates, sense, speaker, name, arguments of predicates, and coreference
last. Files with fewer columns have no speakers.
"""

import re

MIN_COLUMNS = 5  # up to the word, and coreference
_MIN_WITH_SPEAKER = 12
_SPACES = " \t\r"
_BEGIN = re.compile(r"#\s*begin document\s+(.*\S)\s*")
_END = re.compile(r"#\s*end document.*")
_TITLE = re.compile(r"\((.*)\);?(?:\s*part\s+([0-9]+))?\s*;?")
_WITH_PART = re.compile(r"(.+)_(0|[1-9][0-9]*)", re.DOTALL)


def begun_id(line: str) -> str | None:
    """The id of the document that a line begins: its name, then _ and the part; else None."""
    found = _BEGIN.fullmatch(line)
    if not found:
        return None
    title = _TITLE.fullmatch(found[1])
    if not title:
        return found[1]
    return title[1] if title[2] is None else f"{title[1]}_{int(title[2])}"


def name_and_part(document_id: str) -> tuple[str, str]:
    """What an id was made of; the part is "" where it has none."""
    found = _WITH_PART.fullmatch(document_id)
    return (found[1], f"{int(found[2]):03d}") if found else (document_id, "")


def begin_line(document_id: str) -> str:
    """The line that begins a document."""
    name, part = name_and_part(document_id)
    return f"#begin document ({name});" + (f" part {part}" if part else "")


def is_end(line: str) -> bool:
    """Whether a line ends a document."""
    return _END.fullmatch(line) is not None


def is_comment(line: str) -> bool:
    """Whether a line that neither begins nor ends a document is no word."""
    return line.startswith("#") and len(cells_of(line)) < MIN_COLUMNS


def cells_of(line: str) -> list[str]:
    """The columns of a word."""
    line = line.rstrip(_SPACES)
    if "\t" in line:
        cells = line.split("\t")
        return [cell.strip(" ") for cell in cells] if " " in line else cells
    return [cell for cell in line.split(" ") if cell]


def speaker_of(cells: list[str]) -> str:
    """Who says a word; "" where that is unknown."""
    speaker = cells[9] if len(cells) >= _MIN_WITH_SPEAKER else "-"
    return "" if speaker == "-" else speaker


def with_last_cell(line: str, cell: str) -> str:
    """A word's line with another last column and all else as it was."""
    kept = line.rstrip(_SPACES)
    start = kept.rfind("\t" if "\t" in kept else " ") + 1
    return kept[:start] + cell + line[len(kept) :]

"""What came in is what became of it, or the difference is shown."""

from hypothesis import given
from hypothesis import strategies as st

from spanbert.report.balance import Balance, character_balance, record_balance

NUMBERS = st.integers(0, 10**15)
CORPUS = {
    "records_in": 3000,
    "kept": 2790,
    "held_out": 60,
    "dropped": {"too_short": 100, "duplicate": 40},
    "quarantined": {"undecodable": 10},
}
CHARACTERS = {
    "characters_in": 10_000,
    "characters": 9_000,
    "removed_characters": {"spaces": 720, "composed": -20},
    "dropped_characters": {"too_short": 300},
}


def number(cell):
    return int(cell.replace(",", ""))


@given(read=NUMBERS, parts=st.dictionaries(st.text(), NUMBERS))
def test_the_rows_always_add_up_to_what_was_read(read, parts):
    table = Balance("records", read, parts).table()
    assert sum(number(row[1]) for row in table.rows) == number(table.total[1]) == read


def test_every_record_has_its_row():
    table = record_balance(CORPUS).table()
    assert [row[:2] for row in table.rows] == [
        ("Kept", "2,790"),
        ("Held out", "60"),
        ("Dropped: too short", "100"),
        ("Dropped: duplicate", "40"),
        ("Quarantined: undecodable", "10"),
    ]
    assert table.caption == "Records: 3,000 read, all are accounted for"


def test_every_character_has_its_row_also_where_cleaning_made_more():
    table = character_balance(CHARACTERS).table()
    assert [row[:2] for row in table.rows] == [
        ("Kept or held out", "9,000"),
        ("Removed: spaces", "720"),
        ("Removed: composed", "-20"),
        ("Dropped: too short", "300"),
    ]
    assert table.caption == "Characters: 10,000 read, all are accounted for"


def test_records_that_went_nowhere_are_told():
    table = record_balance(CORPUS | {"kept": 2780}).table()
    assert table.rows[-1] == ("Not accounted for", "10", "0.3%")
    assert "do not add up" in table.caption


def test_a_corpus_without_records_has_no_shares():
    nothing = {"records_in": 0, "kept": 0, "held_out": 0, "dropped": {}, "quarantined": {}}
    assert record_balance(nothing).table().rows == [("Kept", "0", "–"), ("Held out", "0", "–")]


def test_characters_that_an_older_version_did_not_count_are_left_out():
    assert character_balance(CORPUS) is None

"""The coreference column: what brackets say, and that spans survive being written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.errors import DataError
from spanbert.tasks.coref.layouts.brackets import BracketReader, bracket_cells


def read(*cells):
    reader = BracketReader()
    for word, cell in enumerate(cells):
        reader.add(cell, word, 100 + word)
    return reader


@pytest.mark.parametrize(
    ("cells", "clusters"),
    [
        ("- (0) _ * (0)", [[(1, 2), (4, 5)]]),
        ("(7 - 7)", [[(0, 3)]]),
        ("(0|(1 1) 0)", [[(0, 3)], [(0, 2)]]),  # nested
        ("(0 (1 0) 1)", [[(0, 3)], [(1, 4)]]),  # crossing
        ("(0 (0 0) 0)", [[(0, 4), (1, 3)]]),  # of one cluster: the inner one ends first
        ("(0|(0 - 0)|0)", [[(0, 3), (0, 3)]]),  # the same mention twice
        ("(0)|(0)|(1)", [[(0, 1), (0, 1)], [(0, 1)]]),
        ("(3|(4) (4 3)|4)", [[(0, 1), (1, 3)], [(0, 3)]]),  # single words first
        ("(1(2 2)1)", [[(0, 2)], [(0, 2)]]),  # without |
        ("(0 0)|(0 0)", [[(0, 3), (1, 2)]]),  # a beginning counts before an end
        ("(12|(1 12) 1)", [[(0, 2)], [(0, 3)]]),
    ],
)
def test_brackets(cells, clusters):
    reader = read(*cells.split())
    assert reader.clusters() == tuple(tuple(cluster) for cluster in clusters)
    assert reader.faults() == ()


@pytest.mark.parametrize(
    ("cells", "reason", "line"),
    [
        ("(0) (1 -", "it begins and does not end", 101),
        ("(0) - 1)", "it ends and has not begun", 102),
        ("(0) x -", "its brackets cannot be read", 101),
        ("(0) (a) -", "its brackets cannot be read", 101),
        ("(0) 5 -", "its brackets cannot be read", 101),
        ("(0) (1)x -", "its brackets cannot be read", 101),
    ],
)
def test_a_broken_mention_is_left_out_and_told_with_its_line(cells, reason, line):
    reader = read(*cells.split())
    assert reader.clusters() == (((0, 1),),)
    assert reader.faults() == ((reason, line),)


def crosses(one, other):
    return one[0] < other[0] < one[1] < other[1]


SPANS = st.tuples(st.integers(0, 7), st.integers(1, 5)).map(lambda p: (p[0], min(8, sum(p))))


@given(st.lists(st.lists(SPANS, min_size=1, max_size=4), max_size=4))
def test_what_is_written_is_read_again_or_refused(clusters):
    if any(crosses(a, b) for cluster in clusters for a in cluster for b in cluster):
        with pytest.raises(DataError, match="cross"):
            bracket_cells(clusters, 8)
        return
    found = read(*bracket_cells(clusters, 8))
    assert sorted(found.clusters()) == sorted(tuple(sorted(cluster)) for cluster in clusters)
    # by their first mention, and so they stay
    again = read(*bracket_cells(found.clusters(), 8))
    assert again.clusters() == found.clusters()


def test_a_span_outside_the_document_is_refused():
    for span in ((0, 4), (2, 2), (-1, 1)):
        with pytest.raises(DataError, match=r"of 3"):
            bracket_cells([[span]], 3)

"""GAP's answers: of clusters that are given, and of a model."""

from dataclasses import replace

import pytest

from spanbert.errors import ConfigError
from spanbert.tasks.coref.gap import GapExample, is_gap, read_answers, write_gap
from spanbert.tasks.coref.gap_answers import answer_gap, answer_of
from spanbert.tasks.coref.raw_text import document_of_text

TEXT = "Ann Lee met Zoë, the wife of Bo. She left."
#       0   1   2   3  4 5   6    7  8 9 10  11
EXAMPLE = GapExample("1", TEXT, "She", 33, "Ann Lee", 0, True, "Bo", 29, False, "http://x")
SHE, ANN, LEE, ANN_LEE, BO, ZOE = (10, 11), (0, 1), (1, 2), (0, 2), (8, 9), (3, 9)


@pytest.mark.parametrize(
    ("clusters", "answer"),
    [
        ([], (False, False)),
        ([[ANN_LEE, SHE]], (True, False)),
        ([[BO, SHE]], (False, True)),
        ([[ANN_LEE, BO]], (False, False)),  # without the pronoun
        ([[ANN_LEE, BO, SHE]], (True, True)),
        ([[LEE, SHE]], (True, False)),  # a part of the name
        ([[ANN, ZOE], [ANN_LEE, SHE]], (True, False)),  # the name before its part
        ([[ZOE, SHE]], (False, True)),  # the name within a mention, of none by itself
        ([[ZOE, SHE], [BO, ANN_LEE]], (False, False)),  # the name before what is around it
    ],
)
def test_a_name_is_in_the_cluster_of_the_pronoun_or_not(clusters, answer):
    document = replace(document_of_text(TEXT), clusters=tuple(map(tuple, clusters)))
    assert document.words[10] == "She"
    assert answer_of(EXAMPLE, document) == answer


def test_answers_of_a_model_are_those_of_its_clusters(trained, tmp_path):
    text = "Ann sailed to Crete. She came alone."
    examples = [
        GapExample(name, text, "She", 21, a, text.index(a), True, b, text.index(b), False, "x")
        for name, a, b in (("1", "Ann", "Crete"), ("2", "Crete", "Ann"))
    ]
    write_gap(examples, tmp_path / "gap.tsv")
    assert is_gap(tmp_path / "gap.tsv")
    assert answer_gap(trained[0], tmp_path / "gap.tsv", tmp_path / "answers.tsv") == 2
    answers = read_answers(tmp_path / "answers.tsv")
    assert answers == {"1": (True, False), "2": (False, True)}


def test_the_input_is_not_written_over(trained, tmp_path):
    write_gap([EXAMPLE], tmp_path / "gap.tsv")
    with pytest.raises(ConfigError):
        answer_gap(trained[0], tmp_path / "gap.tsv", tmp_path / "gap.tsv")

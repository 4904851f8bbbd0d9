"""The parts of an analysis: by hand, and together they are the whole."""

import random

import pytest
from coref_documents import made_up

from spanbert.evaluation.coref.analysis import coref_analysis
from spanbert.evaluation.coref.mention_types import mention_type
from spanbert.evaluation.coref.scores import coref_scores
from spanbert.tasks.coref.document import CorefDocument

TEXT = "Ann saw the old mill . She liked it . The United States of America fell ."
WORDS = TEXT.split()
GOLD = (((0, 1), (6, 7)), ((2, 5), (8, 9)), ((10, 15),))
PREDICTED = (((0, 1), (6, 7), (8, 9)), ((2, 5), (3, 5)))


def document(words=WORDS):
    return CorefDocument("one", (tuple(words),), (("",) * len(words),), ())


def test_parts_by_hand():
    found = coref_analysis([document()], [GOLD], [PREDICTED])
    sizes = {part["name"]: part for part in found["by_cluster_size"]}
    assert list(sizes) == ["1", "2", "3–4"]
    assert sizes["1"]["recall"] == 0
    assert (sizes["2"]["num_mentions"], sizes["3–4"]["num_mentions"]) == (4, 0)
    assert sizes["2"]["recall"] == pytest.approx(100 * (1 + 1 + 1 / 2 + 1 / 2) / 4)
    assert sizes["2"]["precision"] == pytest.approx(100 * (1 / 2 + 0) / 2)
    assert sizes["3–4"]["precision"] == pytest.approx(100 * (2 / 3 + 2 / 3 + 1 / 3) / 3)
    kinds = {part["name"]: part for part in found["by_mention_type"]}
    assert {name: part["num_mentions"] for name, part in kinds.items()} == {
        "pronoun": 2,
        "name": 2,
        "other": 1,
    }
    assert kinds["name"]["recall"] == pytest.approx(100 * (1 + 0) / 2)
    assert kinds["pronoun"]["precision"] == pytest.approx(100 * (2 / 3 + 1 / 3) / 2)
    (length,) = found["by_document_length"]
    expected = coref_scores([(GOLD, PREDICTED)])["conll_f1"]
    assert length == {"name": "to 250", "conll_f1": expected, "num_documents": 1}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("key", ["by_cluster_size", "by_mention_type"])
def test_parts_together_are_b_cubed(key, seed):
    documents = [made_up(seed + n, 12) for n in range(4)]
    gold = [one.clusters for one in documents]
    chance = random.Random(seed)
    predicted = [tuple(c for c in one.clusters if chance.random() < 0.7) for one in documents]
    parts = coref_analysis(documents, gold, predicted)[key]
    whole = coref_scores(zip(gold, predicted, strict=True))["bcub"]
    total = sum(part["num_mentions"] for part in parts)
    assert total == sum(len(cluster) for clusters in gold for cluster in clusters)
    recall = sum(part["recall"] * part["num_mentions"] for part in parts) / total
    assert recall == pytest.approx(whole["recall"])


def test_documents_are_parted_by_their_words():
    documents = [document(["a"] * number) for number in (250, 251, 2000, 2001, 9000)]
    parts = coref_analysis(documents, [()] * 5, [()] * 5)["by_document_length"]
    assert [(part["name"], part["num_documents"]) for part in parts] == [
        ("to 250", 1),
        ("to 500", 1),
        ("to 2000", 1),
        ("over 2000", 2),
    ]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("She", "pronoun"),
        ("themselves", "pronoun"),
        ("thou", "pronoun"),
        ("Ann", "name"),
        ("the United States of America", "name"),
        ("Miss Woodhouse 's", "name"),
        ("Mr. Elton", "name"),
        ("1907", "other"),
        ("Ann 's red kite", "other"),
        ("the mill", "other"),
        ("she herself", "other"),
        ("'s", "other"),
        (". . .", "other"),
    ],
)
def test_a_mention_is_told_by_its_words(words, kind):
    assert mention_type(words.split()) == kind

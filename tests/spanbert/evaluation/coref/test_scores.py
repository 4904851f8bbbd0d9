"""Every metric worked by hand from its definition, degenerate cases, and a slow oracle."""

import numpy as np
import pytest
from coref_oracle import scores as slow_scores
from hypothesis import given
from hypothesis import strategies as st

from spanbert.errors import DataError
from spanbert.evaluation.coref.scores import coref_scores


def clusters(text):
    """Clusters of "a bc def": a mention for each letter."""
    return [[(ord(letter), ord(letter) + 1) for letter in part] for part in text.split()]


def scored(gold, predicted):
    return coref_scores([(clusters(gold), clusters(predicted))])


def shares(result, metric):
    return tuple(result[metric][name] / 100 for name in ("recall", "precision", "f1"))


def f1(recall, precision):
    return 2 * recall * precision / (recall + precision)


def with_f1(recall, precision):
    return pytest.approx((recall, precision, f1(recall, precision)))


GOLD = "a bc def"


def test_all_right():
    result = scored(GOLD, GOLD)
    for metric in ("muc", "bcub", "ceafm", "ceafe", "blanc", "mentions"):
        assert shares(result, metric) == (1, 1, 1)
    assert result["conll_f1"] == 100


def test_missing_mentions():
    """{a} {de}: of 3 links one; B³ 1 + 2·2/3 of 6; aligned a-a, def-de with Dice 1 and 4/5."""
    result = scored(GOLD, "a de")
    assert shares(result, "mentions") == with_f1(3 / 6, 1)
    assert shares(result, "muc") == with_f1(1 / 3, 1)
    assert shares(result, "bcub") == with_f1((1 + 4 / 3) / 6, 1)
    assert shares(result, "ceafm") == with_f1(3 / 6, 1)
    assert shares(result, "ceafe") == with_f1(1.8 / 3, 1.8 / 2)
    # within: gold bc de df ef, predicted de; between: gold 15 - 4, predicted ad ae
    blanc = ((1 / 4 + 2 / 11) / 2, 1, (f1(1 / 4, 1) + f1(2 / 11, 1)) / 2)
    assert shares(result, "blanc") == pytest.approx(blanc)
    average = (f1(1 / 3, 1) + f1((1 + 4 / 3) / 6, 1) + f1(0.6, 0.9)) / 3
    assert result["conll_f1"] == pytest.approx(100 * average)


def test_invented_mentions():
    """{a} {bcx} {defy} {z}: 5 links, of which 3; B³ precision 1 + 2·2/3 + 3·3/4 of 9."""
    result = scored(GOLD, "a bcx defy z")
    assert shares(result, "mentions") == with_f1(1, 6 / 9)
    assert shares(result, "muc") == with_f1(1, 3 / 5)
    assert shares(result, "bcub") == with_f1(1, (1 + 4 / 3 + 9 / 4) / 9)
    assert shares(result, "ceafm") == with_f1(1, 6 / 9)
    total = 1 + 4 / 5 + 6 / 7
    assert shares(result, "ceafe") == with_f1(total / 3, total / 4)
    # within: 4 of gold, 3 + 6 predicted; between: 11 of gold, 36 - 9 predicted
    blanc = (1, (4 / 9 + 11 / 27) / 2, (f1(1, 4 / 9) + f1(1, 11 / 27)) / 2)
    assert shares(result, "blanc") == pytest.approx(blanc)


def test_missing_and_invented_mentions():
    """{a} {bcx} {dy} {z}."""
    result = scored(GOLD, "a bcx dy z")
    assert shares(result, "mentions") == with_f1(4 / 6, 4 / 7)
    assert shares(result, "muc") == with_f1(1 / 3, 1 / 3)
    assert shares(result, "bcub") == with_f1((3 + 1 / 3) / 6, (1 + 4 / 3 + 1 / 2) / 7)
    assert shares(result, "ceafm") == with_f1(4 / 6, 4 / 7)
    assert shares(result, "ceafe") == with_f1(2.2 / 3, 2.2 / 4)
    # within: common bc, gold 4, predicted 3 + 1; between: common ab ac ad bd cd, predicted 21 - 4
    recall, precision = (1 / 4 + 5 / 11) / 2, (1 / 4 + 5 / 17) / 2
    blanc = (recall, precision, (f1(1 / 4, 1 / 4) + f1(5 / 11, 5 / 17)) / 2)
    assert shares(result, "blanc") == pytest.approx(blanc)


@pytest.mark.parametrize("predicted", ["a bcxb dy z", "a bcx dy bz", "a bcx dy bbbz"])
def test_of_a_gold_mention_predicted_again_the_first_stays(predicted):
    assert scored(GOLD, predicted) == scored(GOLD, "a bcx dy z")


def test_a_wrong_mention_predicted_again_stays():
    """{abxx}: its size is 4, its pairs ab ax bx xx."""
    result = scored("ab", "abxx")
    assert shares(result, "mentions") == with_f1(1, 2 / 3)
    assert shares(result, "muc") == with_f1(1, 1 / 3)
    assert shares(result, "bcub") == with_f1(1, 2 * (2 / 4) / 4)
    assert shares(result, "ceafm") == with_f1(1, 2 / 4)
    assert shares(result, "ceafe") == with_f1(4 / 6, 4 / 6)
    assert shares(result, "blanc") == with_f1(1, 1 / 4)


def test_a_mention_in_two_gold_clusters():
    """Gold {ab} {bc}, predicted the same, of which the second b goes; B³'s b belongs to {bc}."""
    result = scored("ab bc", "ab bc")
    assert shares(result, "mentions") == (1, 1, 1)
    assert shares(result, "muc") == pytest.approx((0, 0, 0))
    # a: {ab} has two of its own; b: one of {bc}; c: one of {bc}
    assert shares(result, "bcub") == with_f1((2 / 2 + 1 / 2 + 1 / 2) / 4, (2 / 2 + 1 / 2 + 1) / 3)
    assert shares(result, "ceafm") == with_f1(3 / 4, 1)
    assert shares(result, "ceafe") == with_f1((1 + 2 / 3) / 2, (1 + 2 / 3) / 2)
    # within: gold ab bc, predicted ab; between: gold ab ac bb bc, predicted ac bc
    blanc = ((1 / 2 + 2 / 4) / 2, 1, (f1(1 / 2, 1) + f1(2 / 4, 1)) / 2)
    assert shares(result, "blanc") == pytest.approx(blanc)


def test_over_ten_mentions_predicted_again_are_refused():
    assert scored("ab", "ab" + 5 * "ab")
    with pytest.raises(DataError, match="11 mentions are predicted again") as caught:
        scored("ab", "ab" + 5 * "ab" + "a")
    assert caught.value.exit_code == 3


def test_no_predictions():
    result = scored(GOLD, "")
    for metric in ("muc", "bcub", "ceafm", "ceafe", "blanc", "mentions"):
        assert shares(result, metric) == (0, 0, 0)
    assert result == scored("", GOLD)
    assert result == scored("", "") == coref_scores([])
    assert result["conll_f1"] == 0


def test_singletons_alone_have_no_link():
    result = scored("a b c", "a b c")
    assert shares(result, "muc") == (0, 0, 0)
    for metric in ("bcub", "ceafm", "ceafe", "blanc", "mentions"):
        assert shares(result, metric) == (1, 1, 1)
    assert result["conll_f1"] == pytest.approx(200 / 3)


@pytest.mark.parametrize(
    ("gold", "predicted", "blanc"),
    [
        ("abc", "abc", (1, 1, 1)),  # no link between clusters
        ("abc", "a b c", (0, 0, 0)),
        ("abc", "ab c", (1 / 3, 1, 1 / 2)),
        ("a b c", "ab c", (2 / 3, 1, 4 / 5)),  # none within
        ("a b c", "abc", (0, 0, 0)),
        ("a", "a", (0, 0, 0)),  # none at all
        ("a", "ab", (0, 0, 0)),
    ],
)
def test_blanc_where_gold_lacks_a_kind_of_link(gold, predicted, blanc):
    assert shares(scored(gold, predicted), "blanc") == pytest.approx(blanc)


def test_merged_and_split_clusters():
    """Gold {abcde} {fg} {hijkl}: the textbook case."""
    merged = scored("abcde fg hijkl", "abcde fghijkl")
    assert shares(merged, "muc") == with_f1(1, 9 / 10)
    assert shares(merged, "bcub") == with_f1(1, (5 + 2 * 2 / 7 + 5 * 5 / 7) / 12)
    assert shares(merged, "ceafm") == with_f1(10 / 12, 10 / 12)
    total = 1 + 10 / 12
    assert shares(merged, "ceafe") == with_f1(total / 3, total / 2)
    split = scored("abcde fghijkl", "abcde fg hijkl")
    assert shares(split, "muc")[:2] == shares(merged, "muc")[1::-1]


def test_an_alignment_is_the_best_one_not_the_greedy_one():
    """The likest pair, abc-abc..., must give way: 3 + 0 is less than 2 + 2."""
    result = scored("abcde fg", "abcfg de")
    assert shares(result, "ceafm") == with_f1(4 / 7, 4 / 7)


def test_counts_of_documents_are_summed_before_they_are_divided():
    pairs = [(clusters("ab"), clusters("ab")), (clusters("abcdef"), clusters("ab cd ef"))]
    result = coref_scores(pairs)
    assert shares(result, "muc") == with_f1((1 + 3) / (1 + 5), 1)
    assert shares(result, "bcub") == with_f1((2 + 6 * 2 / 6) / 8, 1)
    assert shares(result, "blanc")[0] == pytest.approx((1 + 3) / (1 + 15))


MENTIONS = st.tuples(st.integers(0, 5), st.integers(1, 3)).map(lambda p: (p[0], p[0] + p[1]))
ANY = st.lists(st.lists(MENTIONS, min_size=1, max_size=4), max_size=4)


@st.composite
def partitions(draw):
    """Clusters without a mention in two places."""
    numbers = draw(st.lists(st.integers(0, 3), max_size=9))
    order = draw(st.permutations(range(len(numbers))))
    groups = [[] for _ in range(4)]
    for number, place in zip(numbers, order, strict=True):
        groups[number].append((place, place + 1 + place % 2))
    return [group for group in groups if group]


def close(result, expected):
    assert set(result) == set(expected)
    for name, values in expected.items():
        assert result[name] == pytest.approx(values, abs=1e-9), name


@given(st.lists(st.tuples(partitions(), partitions()), max_size=3))
def test_clusterings_score_as_by_the_definitions(pairs):
    close(coref_scores(pairs), slow_scores(pairs))


@given(st.lists(st.tuples(ANY, ANY), max_size=2))
def test_repeated_mentions_score_as_by_the_definitions(pairs):
    close(coref_scores(pairs), slow_scores(pairs))


@given(partitions(), partitions())
def test_sides_exchanged_exchange_recall_and_precision(gold, predicted):
    one, other = coref_scores([(gold, predicted)]), coref_scores([(predicted, gold)])
    for metric in ("muc", "bcub", "ceafm", "ceafe", "mentions"):
        assert shares(one, metric)[:2] == pytest.approx(shares(other, metric)[1::-1])
        assert shares(one, metric)[2] == pytest.approx(shares(other, metric)[2])


def test_a_large_document():
    """Far places and many clusters: numbers of mentions do not run over."""
    rng = np.random.default_rng(1)
    gold = [
        [(10**9 + 7 * i, 10**9 + 7 * i + 1) for i in range(n, n + 3)] for n in range(0, 9000, 3)
    ]
    flat = [mention for cluster in gold for mention in cluster]
    order = rng.permutation(len(flat)).tolist()
    predicted = [[flat[i] for i in order[n : n + 3]] for n in range(0, 9000, 3)]
    assert shares(coref_scores([(gold, gold)]), "ceafe") == pytest.approx((1, 1, 1))
    result = coref_scores([(gold, predicted)])
    assert shares(result, "mentions") == (1, 1, 1)
    assert 0.3 < shares(result, "ceafm")[0] < 0.5

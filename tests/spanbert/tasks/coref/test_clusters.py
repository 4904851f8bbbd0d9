"""Links to clusters: against joining sets, and a hand-worked case."""

import random

import pytest
import torch

from spanbert.tasks.coref.clusters import NO_LINK, best_antecedents, clusters_of
from spanbert.tasks.coref.mentions import Links

NONE = -torch.inf


def test_the_best_antecedent_must_be_better_than_none():
    antecedents = torch.tensor([[0, 1], [0, 1], [1, 0], [2, 0]])
    scores = torch.tensor([[NONE, NONE], [0.5, NONE], [-0.1, 0.0], [0.2, 0.3]])
    assert best_antecedents(Links(antecedents, scores)).tolist() == [NO_LINK, 0, NO_LINK, 0]


@pytest.mark.parametrize("seed", range(10))
def test_clusters_are_what_hangs_together(seed):
    chance = random.Random(seed)
    spans = sorted({(chance.randrange(30), chance.randrange(30, 40)) for _ in range(15)})
    links = [chance.choice((NO_LINK, *range(n))) for n in range(len(spans))]
    sets = [{n} for n in range(len(spans))]
    for n, link in enumerate(links):
        if link != NO_LINK:
            one, other = (next(s for s in sets if k in s) for k in (n, link))
            sets = [s for s in sets if s not in (one, other)] + [one | other]
    expected = sorted(tuple(spans[n] for n in sorted(s)) for s in sets if len(s) > 1)
    assert list(clusters_of(spans, links)) == expected
    alone = [chance.random() < 0.5 for _ in spans]
    more = sorted((spans[min(s)],) for s in sets if len(s) == 1 and alone[min(s)])
    assert list(clusters_of(spans, links, alone)) == sorted([*expected, *more])

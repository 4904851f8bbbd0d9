"""Shared mentions of clusters -> MUC, B³ and the mentions that were found.

MUC: Vilain et al. (1995); B³: Bagga and Baldwin (1998), for predicted mentions as Pradhan et al.
(2014) have it: nothing is added to either side and nothing is taken away.
"""

import numpy as np

from spanbert.evaluation.coref.mentions import Alignment, Side
from spanbert.evaluation.coref.overlaps import Overlaps
from spanbert.evaluation.ratio import Counts


def mention_counts(alignment: Alignment) -> Counts:
    """Distinct mentions: found of all gold ones, and of all predicted ones."""
    found = int(alignment.is_found.sum())
    num_gold = int((alignment.gold_homes >= 0).sum())
    num_predicted = int((alignment.predicted_homes >= 0).sum())
    return Counts(found, num_gold, found, num_predicted)


def muc_counts(alignment: Alignment, shared: Overlaps) -> Counts:
    """Links that hold clusters together: one fewer than the mentions of each."""
    at_home = shared.at_home[shared.at_home > 0]
    correct = int((at_home - 1).sum())
    return Counts(correct, _links(alignment.gold), correct, _links(alignment.predicted))


def _links(side: Side) -> int:
    return int((side.sizes[side.sizes > 0] - 1).sum())


def bcub_counts(alignment: Alignment, shared: Overlaps) -> Counts:
    """For each mention, the share of its cluster that the other side has with it."""
    agreeing = shared.at_home * shared.mentions
    gold, predicted = alignment.gold, alignment.predicted
    recall = float(np.sum(agreeing / gold.sizes[shared.gold]))
    precision = float(np.sum(agreeing / predicted.sizes[shared.predicted]))
    return Counts(recall, len(gold.mentions), precision, len(predicted.mentions))

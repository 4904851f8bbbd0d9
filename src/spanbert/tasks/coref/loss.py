"""Scores of links and gold clusters -> what training minimises (Lee et al., 2017)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from spanbert.shapes import Float, Int
from spanbert.tasks.coref.gold import NO_CLUSTER
from spanbert.tasks.coref.mentions import Links


def antecedent_loss(links: Links, clusters: Int[Tensor, " spans"]) -> Float[Tensor, ""]:
    """Sum over spans of -log P(any right antecedent); having none is right where there is none.

    Args:
        links: of each span, to spans before it.
        clusters: the gold cluster of each span, or `NO_CLUSTER`.
    """
    is_same = clusters[:, None] == clusters[links.antecedents]
    is_right = is_same & (clusters[:, None] != NO_CLUSTER) & links.is_real
    is_right = torch.cat([~is_right.any(dim=1, keepdim=True), is_right], dim=1)
    scores = links.scores_with_none
    right = scores.masked_fill(~is_right, -torch.inf)
    return (scores.logsumexp(dim=1) - right.logsumexp(dim=1)).sum()


def mention_loss(
    scores: Float[Tensor, " spans"], clusters: Int[Tensor, " spans"]
) -> Float[Tensor, ""]:
    """Sum over spans of -log P(it is a mention, or is none), for data that annotates all of them.

    Links say nothing of a mention that is alone in its cluster.
    """
    is_mention = (clusters != NO_CLUSTER).to(scores.dtype)
    return F.binary_cross_entropy_with_logits(scores, is_mention, reduction="sum")

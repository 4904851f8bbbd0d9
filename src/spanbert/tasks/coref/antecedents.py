"""Mentions -> scores of the links of each to those before it: coarse, then fine (Lee et al., 2018).

Axis legend: N mentions that may be antecedents, K the last of them, which look for theirs, C the
antecedents that each is scored with in full.
"""

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from spanbert.model.dropout import Dropout
from spanbert.shapes import Float, Int
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.mentions import Links, Mentions
from spanbert.tasks.coref.scorer import HiddenScorer, TableScorer
from spanbert.tasks.coref.segments import NUM_GENRES

# distances 0, 1, 2, 3 and 4 have a bucket each; then they begin at
_WIDE_BUCKETS = (5, 8, 16, 32, 64)
NUM_BUCKETS = 5 + len(_WIDE_BUCKETS)
_PAIRS_AT_ONCE = 2048  # scored; their hidden layer is 25 MB at the paper's size
_PAIRS_REMEMBERED = 1 << 16  # with more, the backward pass computes hidden layers again


class CoarseScorer(nn.Module):
    """s(i) + s(j) + (W g_i) . g_j + a prior of their distance, for all pairs; the best stay."""

    def __init__(self, vector_size: int, config: CorefConfig) -> None:
        super().__init__()
        self.bilinear = nn.Linear(vector_size, vector_size)
        self.dropout = Dropout(config.head_dropout)
        by_distance = nn.Linear(config.feature_size, 1)
        self.distances = TableScorer(
            NUM_BUCKETS, config.feature_size, by_distance, config.head_dropout
        )
        self._most = config.max_antecedents

    def forward(self, mentions: Mentions, first: int) -> Links:
        """The best antecedents of the mentions from `first` on, in order of their scores."""
        vectors, scores = mentions.vectors[0], mentions.scores
        rows = torch.arange(first, len(mentions), device=scores.device)
        distances = rows[:, None] - torch.arange(len(mentions), device=scores.device)
        projected_K = self.dropout(self.bilinear(vectors[first:]))
        scores_KN = projected_K @ vectors.T + scores[first:, None] + scores
        scores_KN = scores_KN + self.distances()[distance_buckets(distances)]
        scores_KN = scores_KN.masked_fill(distances <= 0, -torch.inf)
        best = scores_KN.topk(min(self._most, len(mentions)), dim=1)
        return Links(best.indices, best.values)


class PairFeatures(nn.Module):
    """Embeddings of what is known of a pair besides its vectors."""

    def __init__(self, config: CorefConfig) -> None:
        super().__init__()
        size = config.feature_size
        self.same_speaker = nn.Embedding(2, size)
        self.genre = nn.Embedding(NUM_GENRES, size)
        self.distance = nn.Embedding(NUM_BUCKETS, size)
        self.segment_distance = nn.Embedding(config.max_training_segments, size)
        self.dropout = Dropout(config.head_dropout)
        self.size = 4 * size

    def forward(
        self,
        mentions: Mentions,
        genre: int,
        rows_K1: Int[Tensor, "mentions 1"],
        antecedents_KC: Int[Tensor, "mentions antecedents"],
    ) -> Float[Tensor, "mentions antecedents features"]:
        """Same speaker, genre, distance in mentions and distance in segments."""
        speakers, segments = mentions.speakers, mentions.segments
        same_KC = (speakers[rows_K1] == speakers[antecedents_KC]).long()
        apart_KC = segments[rows_K1] - segments[antecedents_KC]
        most = self.segment_distance.num_embeddings - 1
        parts = [
            self.same_speaker(same_KC),
            self.genre(torch.full_like(same_KC, genre)),
            self.distance(distance_buckets(rows_K1 - antecedents_KC)),
            self.segment_distance(apart_KC.clamp(0, most)),
        ]
        return self.dropout(torch.cat(parts, dim=-1))


class FineScorer(nn.Module):
    """A hidden layer over [g_i; g_j; g_i * g_j; features] of each pair.

    Its linear map is done in parts: of g_i and of g_j once for each mention, of their product and
    of the features for each pair. Pairs are computed some at a time.
    """

    def __init__(self, vector_size: int, config: CorefConfig) -> None:
        super().__init__()
        self.features = PairFeatures(config)
        self.mention = nn.Linear(vector_size, config.ffnn_size, bias=False)
        self.antecedent = nn.Linear(vector_size, config.ffnn_size, bias=False)
        self.product = nn.Linear(vector_size, config.ffnn_size, bias=False)
        self.scorer = HiddenScorer(self.features.size, config.ffnn_size, config.head_dropout)

    def forward(
        self,
        vectors: Float[Tensor, "all size"],
        mentions: Mentions,
        genre: int,
        first: int,
        antecedents: Int[Tensor, "mentions antecedents"],
    ) -> Float[Tensor, "mentions antecedents"]:
        """Scores of the pairs.

        Args:
            vectors: of all mentions, in the round that is scored.
            first: number of the mention that the first row of antecedents is of.
        """
        by_mention_K = self.mention(vectors[first:]) + self.scorer.hidden.bias
        by_antecedent_N = self.antecedent(vectors)
        of_pairs = torch.cat([self.product.weight, self.scorer.hidden.weight], dim=1).T

        def score(begin: int, end: int) -> Float[Tensor, "some antecedents"]:
            own_KC = antecedents[begin:end]
            rows_K1 = torch.arange(first + begin, first + end, device=own_KC.device)[:, None]
            features = self.features(mentions, genre, rows_K1, own_KC)
            pairs = torch.cat([vectors[rows_K1] * vectors[own_KC], features], dim=-1)
            by_one = by_antecedent_N[own_KC] + by_mention_K[begin:end, None]
            hidden = torch.addmm(by_one.flatten(0, 1), pairs.flatten(0, 1), of_pairs)
            return self.scorer.of_hidden(hidden).view(own_KC.shape)

        step = max(1, _PAIRS_AT_ONCE // max(1, antecedents.shape[1]))
        is_remembered = antecedents.numel() <= _PAIRS_REMEMBERED or not torch.is_grad_enabled()
        parts = []
        for begin in range(0, len(antecedents), step):
            ends = begin, min(begin + step, len(antecedents))
            part = score(*ends) if is_remembered else checkpoint(score, *ends, use_reentrant=False)
            parts.append(part)
        return torch.cat([by_mention_K.new_zeros(0, antecedents.shape[1]), *parts])


def distance_buckets(distances: Int[Tensor, "..."]) -> Int[Tensor, "..."]:
    """The bucket of each distance in mentions: 0, 1, 2, 3, 4, 5-7, 8-15, 16-31, 32-63, 64 on."""
    begins = torch.tensor([*range(1, _WIDE_BUCKETS[0]), *_WIDE_BUCKETS], device=distances.device)
    return torch.bucketize(distances, begins, right=True)

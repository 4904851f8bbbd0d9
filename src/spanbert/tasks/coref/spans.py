"""Pieces' vectors -> a vector of each span, and its score as a mention (Lee et al., 2017).

g = [vector of the first piece; of the last; width; mean of all by a learnt attention]

All candidates are scored without their vectors: the hidden layer of a score is linear in the parts
of g, so it is a sum of what each piece gives to it. Vectors are made of the spans that are kept.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from spanbert.model.dropout import Dropout
from spanbert.shapes import Float, Int
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.scorer import HiddenScorer, TableScorer

_CANDIDATES_AT_ONCE = 1024  # scored; their hidden layer is 12 MB at the paper's size
_KEPT_AT_ONCE = 256


class SpanVectors(nn.Module):
    """Makes the vectors of spans."""

    def __init__(self, hidden_size: int, config: CorefConfig) -> None:
        super().__init__()
        self.width = nn.Embedding(config.max_span_width, config.feature_size)
        self.attention = nn.Linear(hidden_size, 1)
        self.dropout = Dropout(config.head_dropout)
        self.sizes = (hidden_size, hidden_size, config.feature_size, hidden_size)  # of g's parts

    @property
    def size(self) -> int:
        """Width of a span's vector."""
        return sum(self.sizes)

    def forward(
        self, hidden: Float[Tensor, "pieces hidden"], spans: Int[np.ndarray, "spans 2"]
    ) -> Float[Tensor, "spans size"]:
        """The vectors of half-open spans of pieces, which ascend by start."""
        starts, ends = torch.from_numpy(spans).to(hidden.device).unbind(1)
        logits = self.attention(hidden).squeeze(-1)  # (pieces)
        heads = [
            attention_weights(logits[first:last], chunk - first) @ hidden[first:last]
            for chunk, first, last in _chunks(spans, _KEPT_AT_ONCE)
        ]
        width = self.dropout(self.width(ends - starts - 1))
        mean = torch.cat([hidden[:0], *heads])
        return torch.cat([hidden[starts], hidden[ends - 1], width, mean], dim=1)


class MentionScorer(nn.Module):
    """Scores spans as mentions: by their vectors, and by their widths alone."""

    def __init__(self, vector_size: int, config: CorefConfig) -> None:
        super().__init__()
        feature, ffnn, dropout = config.feature_size, config.ffnn_size, config.head_dropout
        self.vectors = HiddenScorer(vector_size, ffnn, dropout)
        by_width = HiddenScorer(feature, ffnn, dropout)
        self.widths = TableScorer(config.max_span_width, feature, by_width, dropout)

    def forward(
        self, vectors: Float[Tensor, "spans size"], widths: Int[Tensor, " spans"]
    ) -> Float[Tensor, " spans"]:
        """Scores of spans with these vectors, so many pieces wide."""
        return self.vectors(vectors) + self.widths()[widths - 1]


@torch.no_grad()
def candidate_scores(
    vectors: SpanVectors,
    scorer: MentionScorer,
    hidden: Float[Tensor, "pieces hidden"],
    spans: Int[np.ndarray, "candidates 2"],
) -> Float[Tensor, " candidates"]:
    """The mention scores of all spans, by which some are kept: without dropout and gradients.

    Args:
        spans: half-open, of pieces, ascending by start.
    """
    layer = scorer.vectors.hidden
    start, end, width, mean = layer.weight.split(vectors.sizes, dim=1)
    by_width = nn.functional.linear(vectors.width.weight, width, layer.bias)  # (widths, ffnn)
    logits, prior = vectors.attention(hidden).squeeze(-1), _undropped(scorer.widths)
    scores = []
    for chunk, first, last in _chunks(spans, _CANDIDATES_AT_ONCE):
        starts, ends = torch.from_numpy(chunk - first).to(hidden.device).unbind(1)
        own, widths = hidden[first:last], ends - starts - 1
        summed = (own @ start.T)[starts]  # (chunk, ffnn)
        summed += (own @ end.T)[ends - 1]
        summed += by_width[widths]
        summed.addmm_(attention_weights(logits[first:last], chunk - first), own @ mean.T)
        scores.append(scorer.vectors.output(summed.relu_()).squeeze(-1) + prior[widths])
    return torch.cat([logits[:0], *scores])


def _undropped(table: TableScorer) -> Float[Tensor, " count"]:
    """A table's scores as they are in evaluation."""
    was_training = table.training
    scores = table.eval()()
    table.train(was_training)
    return scores


def attention_weights(
    logits: Float[Tensor, " pieces"], spans: Int[np.ndarray, "spans 2"]
) -> Float[Tensor, "spans pieces"]:
    """The share of each piece in each span: a softmax over the span, 0 outside."""
    starts, ends = torch.from_numpy(spans).to(logits.device).unbind(1)
    places = torch.arange(len(logits), device=logits.device)
    is_inside = (places >= starts[:, None]) & (places < ends[:, None])
    return torch.where(is_inside, logits, -torch.inf).softmax(dim=1)


def _chunks(
    spans: Int[np.ndarray, "spans 2"], size: int
) -> Iterator[tuple[Int[np.ndarray, "chunk 2"], int, int]]:
    """So many spans at once, and the pieces [first, last) that all of them lie in."""
    for begin in range(0, len(spans), size):
        chunk = spans[begin : begin + size]
        yield chunk, int(chunk[0, 0]), int(chunk[:, 1].max())

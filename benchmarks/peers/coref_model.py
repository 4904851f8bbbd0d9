"""A coreference model as plain PyTorch code has it: padded segments, every vector of every pair.

The same model as ours (Lee et al., 2018; Joshi et al., 2019) in the manner of AllenNLP: BERT of
`transformers`, an attention over all pieces of each candidate, and feed-forward layers over span
vectors and over [g_i; g_j; g_i * g_j; features] as they stand in the paper.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertModel

from benchmarks.peers.bert import bert_config
from benchmarks.workload import CLS, PAD, SEP, CorefSizes, CorefText, Size

_BUCKETS = (1, 2, 3, 4, 5, 8, 16, 32, 64)  # where each distance bucket but the first begins
_NUM_GENRES = 8


class CorefModel(nn.Module):
    """Encoder and scorers."""

    def __init__(self, size: Size, vocab_size: int, sizes: CorefSizes) -> None:
        super().__init__()
        self._sizes, feature, ffnn = sizes, sizes.feature_size, sizes.ffnn_size
        self.bert = BertModel(bert_config(size, vocab_size), add_pooling_layer=False)
        vector = 3 * size.hidden_size + feature
        self.attention = nn.Linear(size.hidden_size, 1)
        self.width = nn.Embedding(sizes.max_span_width, feature)
        self.mention = _feed_forward(vector, ffnn)
        self.width_prior = nn.Embedding(sizes.max_span_width, feature)
        self.width_score = _feed_forward(feature, ffnn)
        self.coarse = nn.Linear(vector, vector)
        self.distance_prior = nn.Embedding(len(_BUCKETS) + 1, feature)
        self.distance_score = nn.Linear(feature, 1)
        self.same_speaker = nn.Embedding(2, feature)
        self.genre = nn.Embedding(_NUM_GENRES, feature)
        self.distance = nn.Embedding(len(_BUCKETS) + 1, feature)
        self.segment_distance = nn.Embedding(sizes.max_training_segments, feature)
        self.pair = _feed_forward(3 * vector + 4 * feature, ffnn)

    def load(self, published: Mapping[str, Tensor]) -> None:
        """Take over weights under their published names."""
        encoder = {
            n.removeprefix("bert."): t for n, t in published.items() if n.startswith("bert.")
        }
        self.bert.load_state_dict(encoder)
        head = {n.removeprefix("coref_head."): t for n, t in published.items()}
        own = {ours: head[theirs] for ours, theirs in _NAMES.items()}
        fine = "links.fine"
        parts = (
            f"{fine}.mention",
            f"{fine}.antecedent",
            f"{fine}.product",
            f"{fine}.scorer.hidden",
        )
        own["pair.0.weight"] = torch.cat([head[f"{part}.weight"] for part in parts], dim=1)
        rest = {name: t for name, t in self.state_dict().items() if name.startswith("bert.")}
        self.load_state_dict(own | rest)

    @torch.no_grad()
    def forward(self, text: CorefText) -> tuple[list[tuple[int, int]], list[int]]:
        """The spans of words that are kept, and the number of each one's antecedent, or -1."""
        hidden = self._encode(text)
        spans = torch.from_numpy(text.word_bounds[text.candidates])  # (candidates, 2) of pieces
        vectors = self._vectors(hidden, spans)
        scores = self.mention(vectors).squeeze(-1)
        scores = scores + self.width_score(self.width_prior(spans[:, 1] - spans[:, 0] - 1)).squeeze(
            -1
        )
        kept = _pruned(text.candidates.tolist(), scores.tolist(), text.num_kept)
        rows = torch.tensor(kept)
        links = self._antecedents(text, vectors[rows], scores[rows], text.candidates[kept])
        return [tuple(span) for span in text.candidates[kept].tolist()], links

    def _encode(self, text: CorefText) -> Tensor:
        """(pieces, hidden): all segments as one padded batch."""
        lengths = np.diff(text.segments, axis=1).ravel() + 2
        ids = torch.full((len(lengths), int(lengths.max())), PAD)
        for row, (start, end) in enumerate(text.segments.tolist()):
            own = [CLS, *text.pieces[start:end].tolist(), SEP]
            ids[row, : len(own)] = torch.tensor(own)
        is_token = torch.arange(ids.shape[1]) < torch.from_numpy(lengths)[:, None]
        states = self.bert(input_ids=ids, attention_mask=is_token.long()).last_hidden_state
        is_piece = is_token & (ids != CLS) & (ids != SEP)
        return states[is_piece]

    def _vectors(self, hidden: Tensor, spans: Tensor) -> Tensor:
        """(spans, vector): ends, width, and the mean by attention."""
        starts, ends = spans.unbind(1)
        offsets = torch.arange(int((ends - starts).max()))
        places = starts[:, None] + offsets
        is_inside = places < ends[:, None]
        inside = hidden[places.clamp(max=len(hidden) - 1)]  # (spans, width, hidden)
        logits = self.attention(inside).squeeze(-1).masked_fill(~is_inside, -torch.inf)
        mean = (logits.softmax(dim=1)[:, :, None] * inside).sum(dim=1)
        width = self.width(ends - starts - 1)
        return torch.cat([hidden[starts], hidden[ends - 1], width, mean], dim=1)

    def _antecedents(
        self, text: CorefText, vectors: Tensor, mentions: Tensor, spans: np.ndarray
    ) -> list[int]:
        """The best antecedent of each span, or -1."""
        number = torch.arange(len(vectors))
        distances = number[:, None] - number
        prior = self.distance_score(self.distance_prior(_bucket(distances))).squeeze(-1)
        coarse = self.coarse(vectors) @ vectors.T + mentions[:, None] + mentions + prior
        coarse = coarse.masked_fill(distances <= 0, -torch.inf)
        best = coarse.topk(min(self._sizes.max_antecedents, len(vectors)), dim=1)
        first = torch.from_numpy(text.word_bounds[spans[:, 0]])
        segments = torch.searchsorted(
            torch.from_numpy(text.segments[:, 1].copy()), first, right=True
        )
        speakers = torch.from_numpy(text.speakers[spans[:, 0]])
        apart = (segments[:, None] - segments[best.indices]).clamp(
            0, self.segment_distance.num_embeddings - 1
        )
        same = (speakers[:, None] == speakers[best.indices]).long()
        features = [
            self.same_speaker(same),
            self.genre(torch.full_like(same, text.genre)),
            self.distance(_bucket(number[:, None] - best.indices)),
            self.segment_distance(apart),
        ]
        one, other = vectors[:, None].expand(-1, best.indices.shape[1], -1), vectors[best.indices]
        pairs = torch.cat([one, other, one * other, *features], dim=-1)
        scores = best.values + self.pair(pairs).squeeze(-1)
        with_none = torch.cat([scores.new_zeros(len(scores), 1), scores], dim=1)
        chosen = with_none.argmax(dim=1)
        links = best.indices.gather(1, (chosen - 1).clamp(min=0)[:, None]).squeeze(1)
        return links.where(chosen > 0, -1).tolist()


_NAMES = {
    "attention.weight": "spans.attention.weight",
    "attention.bias": "spans.attention.bias",
    "width.weight": "spans.width.weight",
    "mention.0.weight": "mentions.vectors.hidden.weight",
    "mention.0.bias": "mentions.vectors.hidden.bias",
    "mention.2.weight": "mentions.vectors.output.weight",
    "mention.2.bias": "mentions.vectors.output.bias",
    "width_prior.weight": "mentions.widths.embedding.weight",
    "width_score.0.weight": "mentions.widths.network.hidden.weight",
    "width_score.0.bias": "mentions.widths.network.hidden.bias",
    "width_score.2.weight": "mentions.widths.network.output.weight",
    "width_score.2.bias": "mentions.widths.network.output.bias",
    "coarse.weight": "links.coarse.bilinear.weight",
    "coarse.bias": "links.coarse.bilinear.bias",
    "distance_prior.weight": "links.coarse.distances.embedding.weight",
    "distance_score.weight": "links.coarse.distances.network.weight",
    "distance_score.bias": "links.coarse.distances.network.bias",
    "same_speaker.weight": "links.fine.features.same_speaker.weight",
    "genre.weight": "links.fine.features.genre.weight",
    "distance.weight": "links.fine.features.distance.weight",
    "segment_distance.weight": "links.fine.features.segment_distance.weight",
    "pair.0.bias": "links.fine.scorer.hidden.bias",
    "pair.2.weight": "links.fine.scorer.output.weight",
    "pair.2.bias": "links.fine.scorer.output.bias",
}


def _feed_forward(size: int, hidden_size: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(size, hidden_size), nn.ReLU(), nn.Linear(hidden_size, 1))


def _bucket(distances: Tensor) -> Tensor:
    return torch.bucketize(distances, torch.tensor(_BUCKETS), right=True)


def _pruned(spans: Sequence[Sequence[int]], scores: Sequence[float], limit: int) -> list[int]:
    """Numbers of the best spans of which no two cross, ascending."""
    kept: list[int] = []
    latest_end: dict[int, int] = {}
    earliest_start: dict[int, int] = {}
    for number in sorted(range(len(spans)), key=lambda n: -scores[n]):
        start, end = spans[number]
        if any(
            latest_end.get(place, 0) > end or earliest_start.get(place, start) < start
            for place in range(start + 1, end)
        ):
            continue
        kept.append(number)
        latest_end[start] = max(latest_end.get(start, 0), end)
        earliest_start[end] = min(earliest_start.get(end, start), start)
        if len(kept) == limit:
            break
    return sorted(kept)

"""A document's pieces -> scores of links between its mentions (Joshi et al., 2019).

encode -> spans -> prune -> antecedents -> score. The loss is in `loss.py`, clusters are made in
`clusters.py`, and `long_documents.py` goes over what is longer than one window.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from spanbert.model.config import ModelConfig
from spanbert.model.encoder import Encoder
from spanbert.model.packing import Packing
from spanbert.shapes import Float, Int
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.candidates import candidate_spans, kept_spans, num_kept
from spanbert.tasks.coref.links import LinkScorer
from spanbert.tasks.coref.mentions import Links, Mentions
from spanbert.tasks.coref.segments import Framed, SegmentedDocument, framed
from spanbert.tasks.coref.spans import MentionScorer, SpanVectors, candidate_scores

_TOKENS_REMEMBERED = 4096  # of longer texts, the backward pass computes each layer again


@dataclass(frozen=True, eq=False)
class Scored:
    """The spans of a text that were kept, and how they are linked."""

    spans: Int[np.ndarray, "spans 2"]  # half-open, of words, ascending
    mentions: Mentions  # these spans, with their vectors of all rounds
    links: Links  # numbers count the carried mentions first


class CorefHead(nn.Module):
    """All that stands above the encoder."""

    def __init__(self, hidden_size: int, config: CorefConfig) -> None:
        super().__init__()
        self.overlap_gate = nn.Linear(2 * hidden_size, hidden_size) if config.overlap else None
        self.spans = SpanVectors(hidden_size, config)
        self.mentions = MentionScorer(self.spans.size, config)
        self.links = LinkScorer(self.spans.size, config)


class CorefModel(nn.Module):
    """An encoder and what finds mentions and links over it."""

    def __init__(self, sizes: ModelConfig, config: CorefConfig) -> None:
        super().__init__()
        self.encoder = Encoder(sizes)
        self.coref_head = CorefHead(sizes.hidden_size, config)
        self._config = config

    def forward(self, document: SegmentedDocument, carried: Mentions | None = None) -> Scored:
        """Score the links of a document, or of a part of one.

        Args:
            carried: mentions of earlier parts, which may be antecedents.
        """
        hidden = self.encode(document)
        spans = self._kept(document, hidden)
        own = self._mentions(document, hidden, spans)
        links, mentions = self.coref_head.links(own, carried, document.genre)
        return Scored(spans, mentions, links)

    def encode(self, document: SegmentedDocument) -> Float[Tensor, "pieces hidden"]:
        """The vectors of all pieces, each in the context of its segment, or of both of its own."""
        gate = self.coref_head.overlap_gate
        first = self._read(framed(document, document.segments))
        if gate is None or not len(document.shifted):
            return first
        again = framed(document, document.shifted)
        pieces = torch.from_numpy(again.pieces).to(first.device)
        one, two = first[pieces], self._read(again)
        share = torch.sigmoid(gate(torch.cat([one, two], dim=1)))
        return first.index_copy(0, pieces, share * one + (1 - share) * two)

    def _read(self, text: Framed) -> Float[Tensor, "pieces hidden"]:
        device = self.coref_head.spans.attention.weight.device
        self.encoder.is_checkpointed = len(text.token_ids) > _TOKENS_REMEMBERED
        tokens = torch.from_numpy(text.token_ids).to(device)
        hidden = self.encoder(tokens, Packing(text.lengths))
        return hidden[torch.from_numpy(text.tokens).to(device)]

    def _kept(
        self, document: SegmentedDocument, hidden: Float[Tensor, "pieces hidden"]
    ) -> Int[np.ndarray, "spans 2"]:
        """The candidates that are best as mentions."""
        config, head = self._config, self.coref_head
        spans = candidate_spans(document.word_bounds, document.sentences, config.max_span_width)
        scores = candidate_scores(head.spans, head.mentions, hidden, document.pieces_of(spans))
        limit = num_kept(document.num_tokens, config.span_ratio, config.max_spans)
        return spans[kept_spans(spans, scores.cpu().numpy(), limit)]

    def _mentions(
        self,
        document: SegmentedDocument,
        hidden: Float[Tensor, "pieces hidden"],
        spans: Int[np.ndarray, "spans 2"],
    ) -> Mentions:
        pieces = document.pieces_of(spans)
        vectors = self.coref_head.spans(hidden, pieces)
        widths, speakers, segments = (
            torch.from_numpy(values).to(hidden.device)
            for values in (
                pieces[:, 1] - pieces[:, 0],
                document.speakers[spans[:, 0]],
                document.segments_of(pieces[:, 0]),
            )
        )
        return Mentions((vectors,), self.coref_head.mentions(vectors, widths), speakers, segments)

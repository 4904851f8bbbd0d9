"""A document of any length -> the best antecedent of each of its mentions, in flat memory.

It is gone over in windows, runs of whole segments. In each, spans are kept and linked as in a
document by itself, except that the last spans kept before it may be antecedents too. What fits one
window is not cut, and comes out as the model has it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from spanbert.errors import NumericsError
from spanbert.shapes import Float, Int
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.clusters import NO_LINK, best_antecedents
from spanbert.tasks.coref.mentions import Mentions
from spanbert.tasks.coref.model import CorefModel, Scored
from spanbert.tasks.coref.segments import SegmentedDocument


@dataclass(frozen=True, eq=False)
class LinkedSpans:
    """The spans of a document that were kept, and the best antecedent of each."""

    spans: Int[np.ndarray, "spans 2"]  # half-open, of words, ascending
    antecedents: Int[np.ndarray, " spans"]  # numbers of these spans, or `NO_LINK`
    scores: Float[np.ndarray, " spans"]  # as mentions


@torch.no_grad()
def linked_spans(
    model: CorefModel, document: SegmentedDocument, config: CorefConfig
) -> LinkedSpans:
    """Go over a document's windows, and number what is found over all of them.

    Raises:
        NumericsError: a score is not finite.
    """
    empty = np.zeros(0, dtype=np.int64)
    parts = [LinkedSpans(empty.reshape(0, 2), empty, np.zeros(0, dtype=np.float32))]
    carried: Mentions | None = None
    num_found = 0
    for first, end in windows(document.segments, config.window_pieces):
        part = document.part(first, end)
        scored = model(part, carried)
        _require_numbers(scored, document.example_id)
        num_carried = 0 if carried is None else len(carried)
        links = best_antecedents(scored.links)
        links = np.where(links == NO_LINK, NO_LINK, links + num_found - num_carried)
        scores = scored.mentions.scores.cpu().numpy()
        parts.append(LinkedSpans(scored.spans + part.first_word, links, scores))
        num_found += len(links)
        mentions = scored.mentions if carried is None else scored.mentions.after(carried)
        carried = mentions.last(config.carried_spans)
    return LinkedSpans(
        np.concatenate([part.spans for part in parts]),
        np.concatenate([part.antecedents for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def windows(segments: Int[np.ndarray, "segments 2"], num_pieces: int) -> Iterator[tuple[int, int]]:
    """Half-open runs of segments of at most so many pieces, or of one segment."""
    first = 0
    while first < len(segments):
        most = segments[first, 0] + num_pieces
        end = max(first + 1, int(np.searchsorted(segments[:, 1], most, side="right")))
        yield first, end
        first = end


def _require_numbers(scored: Scored, document_id: str) -> None:
    if torch.isnan(scored.links.scores).any() or not torch.isfinite(scored.mentions.scores).all():
        where = f"document {document_id!r}" if document_id else "the text"
        raise NumericsError(
            f"scores are not finite in {where}",
            remedy="train the model again, with lower learning rates",
        )

"""Text with [MASK]s -> what may stand there: by the masked-token head, by the SBO head, by both.

Needs no fine-tuning: the heads of pre-training are in the exported folder. Adjacent masks are one
span, and the span boundary head (SpanBERT, section 3.2) predicts each of its tokens from the two
vectors just outside the span and the token's place in it. `marked_text.py` reads the text.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from spanbert.masking.targets import BoundaryTargets, boundary_targets, masked_positions
from spanbert.model.packing import Packing
from spanbert.model.pretraining import PretrainingModel
from spanbert.model.published import load_pretraining_model
from spanbert.objectives.config import ObjectiveConfig
from spanbert.shapes import Float
from spanbert.storage import MANIFEST, verify
from spanbert.tasks.marked_text import MarkedText, filled_text, read_marked_text, span_texts
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer
from spanbert.validation import require


@dataclass(frozen=True, slots=True)
class Guess:
    """A token that may stand at a [MASK]."""

    token: str
    probability: float


@dataclass(frozen=True, slots=True)
class FilledMask:
    """The best tokens for one [MASK], each seeing the other masks masked."""

    start: int  # character offset of the marker in the text
    end: int
    by_mlm: list[Guess]
    by_sbo: list[Guess] | None  # None: the model has no such head, or no row for this place
    by_both: list[Guess]  # the product of both, renormalised; by_mlm where there is no by_sbo


@dataclass(frozen=True, slots=True)
class FilledSpan:
    """A run of adjacent [MASK]s."""

    start: int  # character offset of its first marker
    end: int  # one past its last marker
    text: str  # the best token of each mask, by both: each is drawn alone, so it is the best joint
    is_at_edge: bool  # framed by [CLS] or [SEP], which the SBO of the published recipe never saw
    masks: list[FilledMask]


@dataclass(frozen=True, slots=True)
class FilledText:
    """A text, and the same with the best guesses in place of its markers."""

    text: str
    filled: str
    has_sbo: bool  # the model has a span boundary head
    spans: list[FilledSpan]


@dataclass(frozen=True)
class _Scores:
    """Log-probabilities of every vocabulary entry at each mask."""

    mlm: Float[Tensor, "masked vocab"]
    sbo: dict[int, Float[Tensor, " vocab"]]  # by number of the mask, where there is one
    both: Float[Tensor, "masked vocab"]


class MaskFiller:
    """A pre-trained model with its tokenizer.

    Args:
        boundary: what the span boundary head was trained on: the tokens just outside a span, or its
            own first and last.
    """

    def __init__(
        self,
        model: PretrainingModel,
        tokenizer: SubwordTokenizer,
        boundary: Literal["external", "internal"] = "external",
    ) -> None:
        self._model, self._tokenizer = model.eval(), tokenizer
        self._boundary: Literal["external", "internal"] = boundary

    @classmethod
    def load(cls, folder: Path) -> "MaskFiller":
        """The model in a folder that pre-training made.

        Where there is a manifest, it is verified, and tells what the head was trained on.

        Raises:
            CheckpointError: a head or a weight is missing.
            IntegrityError: a file differs from its digest.
        """
        made_with = verify(folder, "model").config if (folder / MANIFEST).is_file() else {}
        boundary = made_with.get("objective", {}).get("sbo_boundary", "external")
        return cls(load_pretraining_model(folder), load_tokenizer(folder), boundary)

    @torch.no_grad()
    def fill(self, text: str, num_best: int = 5) -> FilledText:
        """The best tokens for each [MASK] of a text, in order, and the text with the best in place.

        A span at the text's edge has a guess by SBO too, although training with the default
        `sbo_at_edges = false` gives such spans no target: `is_at_edge` says so.

        Args:
            num_best: guesses of each kind, best first.

        Raises:
            ConfigError: `num_best` is not positive.
            DataError: the text holds no [MASK], or is longer than the model's positions.
        """
        require(num_best >= 1, f"number of guesses = {num_best} < 1")
        model, tokenizer = self._model, self._tokenizer
        marked = read_marked_text(text, tokenizer, model.encoder.config.max_positions)
        scores = self._scores(marked)
        texts = span_texts(marked, scores.both.argmax(-1).tolist(), tokenizer)
        return FilledText(
            text=text,
            filled=filled_text(marked, texts),
            has_sbo=model.span_boundary_head is not None,
            spans=self._spans(marked, texts, scores, num_best),
        )

    def _scores(self, marked: MarkedText) -> _Scores:
        model, positions = self._model, masked_positions(marked.spans)
        hidden = model.encoder(torch.tensor(marked.ids), Packing((len(marked.ids),)))
        logits = model.masked_token_head(hidden[positions], model.word_embeddings)
        mlm = logits.log_softmax(-1)
        both, sbo = mlm.clone(), {}
        for position, row in self._boundary_scores(marked, hidden).items():
            number = int(np.searchsorted(positions, position))
            sbo[number] = row
            both[number] = (mlm[number] + row).log_softmax(-1)
        return _Scores(mlm, sbo, both)

    def _boundary_scores(
        self, marked: MarkedText, hidden: Float[Tensor, "seq hidden"]
    ) -> dict[int, Float[Tensor, " vocab"]]:
        """Log-probabilities by the span boundary head, by position of the masked token."""
        head = self._model.span_boundary_head
        if head is None:
            return {}
        rows = self._boundaries(marked, head.position.num_embeddings)
        left, right = hidden[rows.left], hidden[rows.right]
        logits = head(left, right, torch.from_numpy(rows.offset), self._model.word_embeddings)
        return dict(zip(rows.position.tolist(), logits.log_softmax(-1), strict=True))

    def _boundaries(self, marked: MarkedText, num_places: int) -> BoundaryTargets:
        framed = ObjectiveConfig(
            max_sbo_pieces=num_places, sbo_boundary=self._boundary, sbo_at_edges=True
        )
        return boundary_targets(marked.spans, marked.block, framed)

    def _spans(
        self, marked: MarkedText, texts: list[str], scores: _Scores, num_best: int
    ) -> list[FilledSpan]:
        numbers = iter(range(len(marked.markers)))
        first, end = marked.block
        return [
            FilledSpan(
                start=run[0][0],
                end=run[-1][1],
                text=text.strip(),
                is_at_edge=start == first or stop == end,
                masks=[self._mask(m, next(numbers), scores, num_best) for m in run],
            )
            for run, text, (start, stop) in zip(
                marked.marker_runs(), texts, marked.spans.tolist(), strict=True
            )
        ]

    def _mask(
        self, marker: tuple[int, int], number: int, scores: _Scores, num_best: int
    ) -> FilledMask:
        sbo = scores.sbo.get(number)
        return FilledMask(
            *marker,
            by_mlm=self._best(scores.mlm[number], num_best),
            by_sbo=None if sbo is None else self._best(sbo, num_best),
            by_both=self._best(scores.both[number], num_best),
        )

    def _best(self, row: Float[Tensor, " vocab"], num_best: int) -> list[Guess]:
        best = row.exp().topk(min(num_best, len(row)))
        pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return [Guess(self._tokenizer.token(i), p) for i, p in pairs]

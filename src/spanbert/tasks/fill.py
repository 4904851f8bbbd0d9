"""Text with [MASK]s -> the tokens that the masked-token head puts in their place.

Needs no fine-tuning: the heads of pre-training are in the exported folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from spanbert.errors import DataError
from spanbert.model.packing import Packing
from spanbert.model.pretraining import PretrainingModel
from spanbert.model.published import load_pretraining_model
from spanbert.storage import MANIFEST, verify
from spanbert.tokenizer.subword import MASK, SubwordTokenizer, load_tokenizer


@dataclass(frozen=True, slots=True)
class Guess:
    """A token that may stand at a [MASK]."""

    token: str
    probability: float


class MaskFiller:
    """A pre-trained model with its tokenizer."""

    def __init__(self, model: PretrainingModel, tokenizer: SubwordTokenizer) -> None:
        self._model, self._tokenizer = model.eval(), tokenizer

    @classmethod
    def load(cls, folder: Path) -> "MaskFiller":
        """The model in a folder that pre-training made; verified where it has a manifest.

        Raises:
            CheckpointError: a head or a weight is missing.
            IntegrityError: a file differs from its digest.
        """
        if (folder / MANIFEST).is_file():
            verify(folder, "model")
        return cls(load_pretraining_model(folder), load_tokenizer(folder))

    @torch.no_grad()
    def fill(self, text: str, num_best: int = 5) -> list[list[Guess]]:
        """The best tokens for each [MASK] of a text, in order, each seeing the others masked.

        Raises:
            DataError: the text holds no [MASK], or is longer than the model's positions.
        """
        ids = self._ids(text)
        rows = torch.tensor([i for i, t in enumerate(ids) if t == self._tokenizer.mask_id])
        hidden = self._model.encoder(torch.tensor(ids), Packing((len(ids),)))
        logits = self._model.masked_token_head(hidden[rows], self._model.word_embeddings)
        best = logits.softmax(-1).topk(num_best)
        return [
            [Guess(self._tokenizer.token(i), p) for i, p in zip(tokens, shares, strict=True)]
            for tokens, shares in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ]

    def _ids(self, text: str) -> Sequence[int]:
        tokenizer = self._tokenizer
        parts = [e.ids.tolist() for e in tokenizer.encode_batch(text.split(MASK))]
        inner = parts[0] + [i for part in parts[1:] for i in (tokenizer.mask_id, *part)]
        longest = self._model.encoder.config.max_positions
        if len(parts) == 1 or len(inner) + 2 > longest:
            cause = f"no {MASK} in the text" if len(parts) == 1 else f"over {longest} pieces"
            raise DataError(cause, remedy=f"pass a text like: The capital is {MASK}.")
        return [tokenizer.cls_id, *inner, tokenizer.sep_id]

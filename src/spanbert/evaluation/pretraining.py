"""Loss of each objective on held-out text, beside the unigram entropy of that text."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from spanbert.config import Config
from spanbert.masking.segment import MaskedSegment, Masker
from spanbert.masking.statistics import masking_statistics
from spanbert.model.pretraining import PretrainingModel
from spanbert.model.published import load_pretraining_model
from spanbert.objectives.batch import collate, target_counts
from spanbert.objectives.pretraining import pretraining_losses
from spanbert.shapes import Int
from spanbert.shards.reader import Segment, ShardReader, require_vocabulary
from spanbert.tokenizer.wordpiece import WordPiece, load_wordpiece

_SEGMENTS_AT_ONCE = 64
_NUM_EXAMPLES, _EXAMPLE_PIECES = 4, 60


@dataclass(frozen=True)
class HeldOutLoss:
    """Mean losses in nats per target token."""

    mlm_loss: float
    sbo_loss: float
    unigram_entropy: float  # of the held-out text's own pieces: no unigram model does better
    num_tokens: int  # masked tokens scored
    mask_seed: int


def evaluate_pretraining(
    model_folder: Path, shards_folder: Path, config: Config
) -> tuple[HeldOutLoss, dict[str, Any]]:
    """Score a pre-trained model on held-out shards; also what masking did to them.

    Args:
        config: its masking section and the run's seed fix the masks (epoch 0).

    Raises:
        CheckpointError: the model lacks a head, or the shards were made with another vocabulary.
    """
    shards = ShardReader(shards_folder)
    tokenizer = load_wordpiece(model_folder)
    model = load_pretraining_model(model_folder)
    require_vocabulary(shards.manifest, tokenizer.digest, model_folder)
    masker = Masker(
        shards,
        config.masking,
        mask_id=tokenizer.mask_id,
        max_sbo_pieces=model.span_boundary_head.position.num_embeddings,
        seed=config.run.seed,
    )
    pairs = [(s, masker.masked(s, epoch=0)) for s in map(shards.segment, range(len(shards)))]
    sums, counts = _losses(model, [masked for _, masked in pairs], tokenizer)
    means = sums / counts.clamp(min=1)
    entropy = unigram_entropy(shards.unigram_counts())
    mlm, sbo = means.tolist()
    loss = HeldOutLoss(mlm, sbo, entropy, int(counts[0]), config.run.seed)
    statistics = masking_statistics(pairs, config.masking, config.run.seed)
    if config.run.show_examples:
        statistics["examples"] = list(masked_examples(pairs, tokenizer))
    return loss, statistics


def unigram_entropy(counts: Int[np.ndarray, " vocab"]) -> float:
    """Entropy in nats of the distribution with these counts."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def masked_examples(
    pairs: list[tuple[Segment, MaskedSegment]], tokenizer: WordPiece
) -> Iterator[dict[str, Any]]:
    """The beginnings of a few masked segments, each piece with what happened to it."""
    for segment, masked in pairs[:: max(1, len(pairs) // _NUM_EXAMPLES)][:_NUM_EXAMPLES]:
        kinds = np.full(len(segment.ids), -1)
        for (start, end), replacement in zip(masked.spans, masked.replacements, strict=True):
            kinds[start:end] = replacement
        yield {
            "tokens": [
                _example_token(tokenizer, kind, int(seen), int(original))
                for kind, seen, original in zip(
                    kinds[:_EXAMPLE_PIECES].tolist(), masked.corrupted, segment.ids, strict=False
                )
            ]
        }


def _example_token(tokenizer: WordPiece, kind: int, seen: int, original: int) -> dict[str, str]:
    name = ("mask", "random", "kept", "visible")[kind]
    text = {"text": tokenizer.token(seen), "kind": name}
    return text if name == "visible" else text | {"original": tokenizer.token(original)}


def _losses(
    model: PretrainingModel, segments: list[MaskedSegment], tokenizer: WordPiece
) -> tuple[torch.Tensor, torch.Tensor]:
    """(mlm, sbo) sums and counts over all segments; grouped by length to pay for fewer calls."""
    sums, counts = torch.zeros(2, dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    ordered = sorted(segments, key=lambda s: len(s.ids))
    with torch.no_grad():
        for first in range(0, len(ordered), _SEGMENTS_AT_ONCE):
            group = ordered[first : first + _SEGMENTS_AT_ONCE]
            batch = collate(group, tokenizer.cls_id, tokenizer.sep_id)
            losses = pretraining_losses(model, batch)
            sums += torch.stack([losses.mlm, losses.sbo]).double()
            counts += target_counts(batch)
    return sums, counts

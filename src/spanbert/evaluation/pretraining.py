"""Loss of each objective on held-out text, beside the unigram entropy of that text."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from spanbert.config import Config
from spanbert.masking.batch import MaskedBatch
from spanbert.masking.segment import Masker
from spanbert.masking.statistics import masking_statistics
from spanbert.model.pretraining import PretrainingModel
from spanbert.model.published import load_pretraining_model, objective_of
from spanbert.objectives.batch import collate, target_counts
from spanbert.objectives.config import ObjectiveConfig
from spanbert.objectives.pretraining import OBJECTIVES, mean_losses, pretraining_losses
from spanbert.shapes import Int
from spanbert.shards.reader import ShardReader, require_vocabulary
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer

_SEGMENTS_AT_ONCE = 64
_NUM_EXAMPLES, _EXAMPLE_PIECES = 4, 60


@dataclass(frozen=True)
class HeldOutLoss:
    """Mean losses in nats per target; None for an objective that the model has no head for."""

    mlm_loss: float
    sbo_loss: float | None
    nsp_loss: float | None
    unigram_entropy: float  # of the held-out text's own pieces: no unigram model does better
    num_tokens: int  # masked tokens scored
    mask_seed: int

    @property
    def figures(self) -> dict[str, float]:
        """What is there, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def evaluate_pretraining(
    model_folder: Path, shards_folder: Path, config: Config
) -> tuple[HeldOutLoss, dict[str, Any]]:
    """Score a pre-trained model on held-out shards; also what masking did to them.

    Next sentence prediction is scored where the shards are of pairs.

    Args:
        config: its masking section and the run's seed fix the masks (epoch 0); boundaries are
            those of its objective section.

    Raises:
        CheckpointError: the shards were made with another vocabulary.
    """
    shards = ShardReader(shards_folder)
    tokenizer = load_tokenizer(model_folder)
    require_vocabulary(shards.manifest, tokenizer.digest, model_folder)
    model = load_pretraining_model(model_folder)
    objective = _scored(objective_of(model_folder), config.objective, shards)
    masker = Masker(shards, tokenizer, config.masking, objective, seed=config.run.seed)
    batches = list(masked_batches(masker, shards.lengths()))
    sums, counts = held_out_sums(model, batches)
    means = mean_losses(sums, counts, objective)
    loss = HeldOutLoss(
        mlm_loss=means["mlm_loss"],
        sbo_loss=means.get("sbo_loss"),
        nsp_loss=means.get("nsp_loss"),
        unigram_entropy=unigram_entropy(shards.unigram_counts()),
        num_tokens=int(counts[0]),
        mask_seed=config.run.seed,
    )
    segments = [segment for batch in batches for segment in batch]
    statistics = masking_statistics(segments, config.masking, config.run.seed)
    if config.run.show_examples:
        statistics["examples"] = list(masked_examples(masker, len(shards), tokenizer))
    return loss, statistics


def unigram_entropy(counts: Int[np.ndarray, " vocab"]) -> float:
    """Entropy in nats of the distribution with these counts."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def masked_examples(
    masker: Masker, num_segments: int, tokenizer: SubwordTokenizer
) -> Iterator[dict[str, Any]]:
    """The beginnings of a few masked segments, each piece with what happened to it."""
    numbers = np.arange(0, num_segments, max(1, num_segments // _NUM_EXAMPLES))[:_NUM_EXAMPLES]
    for masked in masker.batch(numbers, epoch=0):
        kinds = np.full(len(masked.ids), -1)
        kinds[masked.masked] = masked.replacements
        columns = (kinds, masked.corrupted, masked.ids)
        shown = (column[1 : _EXAMPLE_PIECES + 1].tolist() for column in columns)
        yield {"tokens": [_example_token(tokenizer, *cells) for cells in zip(*shown, strict=True)]}


def _example_token(
    tokenizer: SubwordTokenizer, kind: int, seen: int, original: int
) -> dict[str, str]:
    name = ("mask", "random", "kept", "visible")[kind]
    text = {"text": tokenizer.token(seen), "kind": name}
    return text if name == "visible" else text | {"original": tokenizer.token(original)}


def masked_batches(masker: Masker, lengths: Int[np.ndarray, " segments"]) -> Iterator[MaskedBatch]:
    """All segments, a few at a time; in order of length, to pay for fewer calls of the model."""
    ordered = np.argsort(lengths, kind="stable")
    for first in range(0, len(ordered), _SEGMENTS_AT_ONCE):
        yield masker.batch(ordered[first : first + _SEGMENTS_AT_ONCE], epoch=0)


def held_out_sums(
    model: PretrainingModel, batches: Sequence[MaskedBatch]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss sums and counts of all objectives."""
    sums, counts = (torch.zeros(len(OBJECTIVES), dtype=torch.float64) for _ in range(2))
    with torch.no_grad():
        for masked in batches:
            batch = collate(masked)
            sums += pretraining_losses(model, batch).sums.double()
            counts += target_counts(batch)
    return sums, counts


def _scored(
    heads: ObjectiveConfig, settings: ObjectiveConfig, shards: ShardReader
) -> ObjectiveConfig:
    """The objectives that the model has heads for, with boundaries as in the settings."""
    return replace(
        heads,
        sbo_boundary=settings.sbo_boundary,
        sbo_at_edges=settings.sbo_at_edges,
        nsp=heads.nsp and shards.has_pairs,
    )

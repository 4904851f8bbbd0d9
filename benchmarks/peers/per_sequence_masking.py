"""Span masking a sequence at a time, then padding to tensors: the peer of our masking.

Written from the paper (SpanBERT, sections 3.1 and 3.2) in the way that loaders of its time work:
Python per span, NumPy per draw.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from benchmarks.workload import CLS, MASK, MASK_RATE, MAX_SBO_PIECES, PAD, SEP, Block

IGNORED = -100
_GEOMETRIC_P, _MAX_WORDS = 0.2, 10
_LENGTHS = np.arange(1, _MAX_WORDS + 1)
_LAW = _GEOMETRIC_P * (1 - _GEOMETRIC_P) ** (_LENGTHS - 1)
_LAW /= _LAW.sum()
_MASK_BELOW, _RANDOM_BELOW = 0.8, 0.9


@dataclass(frozen=True)
class Sequence:
    """One masked block, framed by [CLS] and [SEP]; positions count from [CLS]."""

    ids: np.ndarray
    labels: np.ndarray
    pairs: list[tuple[int, int]]  # the visible tokens around each span
    pair_labels: list[list[int]]


def mask_sequence(block: Block, unigrams: np.ndarray, rng: np.random.Generator) -> Sequence:
    """Mask 15 % of the pieces in spans of whole words.

    Args:
        unigrams: pieces of the corpus; a random piece is a random one of them.
    """
    spans = merged(draw_spans(block.word_starts, rng))
    ids = np.concatenate([[CLS], block.ids, [SEP]])
    labels = np.full(len(ids), IGNORED)
    pairs, pair_labels = [], []
    for start, end in spans:
        first, last = start + 1, end + 1  # after [CLS]
        labels[first:last] = block.ids[start:end]
        if start > 0 and end < len(block.ids):
            pairs.append((first - 1, last))
            pair_labels.append(block.ids[start:end][:MAX_SBO_PIECES].tolist())
        draw = rng.random()
        if draw < _MASK_BELOW:
            ids[first:last] = MASK
        elif draw < _RANDOM_BELOW:
            ids[first:last] = rng.choice(unigrams, size=last - first)
    return Sequence(ids, labels, pairs, pair_labels)


def draw_spans(word_starts: np.ndarray, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Spans until the budget is spent, in the order drawn; they may overlap."""
    size = len(word_starts)
    starts = [*np.flatnonzero(word_starts).tolist(), size]
    word_of = (np.cumsum(word_starts) - 1).tolist()
    budget, masked, spans = math.ceil(MASK_RATE * size), set(), []
    while len(masked) < budget:
        num_words = int(rng.choice(_LENGTHS, p=_LAW))
        anchor = int(rng.integers(size))
        if anchor in masked:
            continue
        word = word_of[anchor]
        start = place = starts[word]
        end = starts[min(word + num_words, len(starts) - 1)]
        while place < end and len(masked) < budget:
            masked.add(place)
            place += 1
        spans.append((start, place))
    return spans


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order; those that overlap or touch are one."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def collate(sequences: list[Sequence]) -> dict[str, Tensor]:
    """Pad a batch to tensors, pairs and their slots too."""
    longest = max(len(sequence.ids) for sequence in sequences)
    num_pairs = max(1, *(len(sequence.pairs) for sequence in sequences))
    ids = torch.full((len(sequences), longest), PAD)
    labels = torch.full((len(sequences), longest), IGNORED)
    pairs = torch.zeros(len(sequences), num_pairs, 2, dtype=torch.int64)
    slots = torch.full((len(sequences), num_pairs, MAX_SBO_PIECES), IGNORED)
    for line, sequence in enumerate(sequences):
        ids[line, : len(sequence.ids)] = torch.from_numpy(sequence.ids)
        labels[line, : len(sequence.ids)] = torch.from_numpy(sequence.labels)
        for number, targets in enumerate(sequence.pair_labels):
            slots[line, number, : len(targets)] = torch.tensor(targets)
        if sequence.pairs:
            pairs[line, : len(sequence.pairs)] = torch.tensor(sequence.pairs)
    return {"input_ids": ids, "labels": labels, "pairs": pairs, "pair_labels": slots}


def masked_batch(
    blocks: list[Block], unigrams: np.ndarray, rng: np.random.Generator
) -> dict[str, Tensor]:
    """Mask each block by itself and pad the batch."""
    return collate([mask_sequence(block, unigrams, rng) for block in blocks])

"""Masked segments of the tiny shards, and one of two parts made by hand."""

from dataclasses import replace

import numpy as np

from spanbert.masking.batch import MaskedSegment
from spanbert.masking.segment import Masker
from spanbert.masking.targets import BoundaryTargets, masked_positions
from spanbert.shards.reader import ShardReader
from spanbert.tokenizer.subword import load_tokenizer


def masked_segments(artifacts, number=20, **masking):
    """The tokenizer, and the first segments masked with these settings."""
    shards, tokenizer = ShardReader(artifacts.shards), load_tokenizer(artifacts.tokenizer)
    config = artifacts.config
    settings = replace(config.masking, **masking)
    masker = Masker(shards, tokenizer, settings, config.objective, seed=5)
    return tokenizer, list(masker.batch(np.arange(number), epoch=0))


def segment_of(tokenizer, first, second, spans, replacements):
    """[CLS] first [SEP] second [SEP] with spans masked; random pieces are the first piece."""
    parts = [tokenizer.encode(text) for text in (first, second)]
    ids, starts, blocks = [tokenizer.cls_id], [True], []
    for part in parts:
        blocks.append((len(ids), len(ids) + len(part.ids)))
        ids += [*part.ids.tolist(), tokenizer.sep_id]
        starts += [*part.word_starts.tolist(), True]
    spans = np.array(spans, dtype=np.int64)
    masked, corrupted = masked_positions(spans), np.array(ids)
    kinds = np.array(replacements, dtype=np.int64)
    corrupted[masked[kinds == 0]] = tokenizer.mask_id
    corrupted[masked[kinds == 1]] = ids[1]
    empty = np.zeros(0, dtype=np.int64)
    return MaskedSegment(
        ids=np.array(ids),
        corrupted=corrupted,
        word_starts=np.array(starts),
        blocks=blocks,
        spans=spans,
        masked=masked,
        replacements=kinds,
        boundary=BoundaryTargets(empty, empty, empty, empty),
        is_random_next=None,
    )

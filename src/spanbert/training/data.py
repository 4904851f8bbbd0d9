"""Shards and masking -> this worker's batches, as a function of the step."""

from collections.abc import Iterator

import numpy as np

from spanbert.config import Config
from spanbert.masking.segment import Masker
from spanbert.objectives.batch import PretrainingBatch, collate
from spanbert.shapes import Int
from spanbert.shards.reader import ShardReader
from spanbert.tokenizer.subword import SubwordTokenizer
from spanbert.training.batches import BatchPlan
from spanbert.training.workers import Workers


class TrainingData:
    """The batches of one worker.

    Args:
        workers: each takes neighbouring parts of a batch, as many as the others.
    """

    def __init__(
        self, config: Config, tokenizer: SubwordTokenizer, shards: ShardReader, workers: Workers
    ) -> None:
        training, seed = config.training, config.run.seed
        self._num_parts, self._micro_batch_tokens = training.parts, training.micro_batch_tokens
        self._workers = workers
        self._plan = BatchPlan(shards.lengths(), training.batch_tokens, seed)
        self._masker = Masker(shards, tokenizer, config.masking, config.objective, seed=seed)

    def batches_of(self, step: int) -> list[list[PretrainingBatch]]:
        """Micro-batches of this worker's parts, masked."""
        epoch, rank = self._plan.epoch_of(step), self._workers.rank
        share = self._num_parts // self._workers.world_size
        return [
            [collate(self._masker.batch(numbers, epoch)) for numbers in self._cut(step, part)]
            for part in range(rank * share, (rank + 1) * share)
        ]

    def segments_of(self, step: int) -> list[list[list[int]]]:
        """Segment numbers of all parts' micro-batches."""
        return [
            [numbers.tolist() for numbers in self._cut(step, part)]
            for part in range(self._num_parts)
        ]

    def _cut(self, step: int, part: int) -> Iterator[Int[np.ndarray, " batch"]]:
        return self._plan.micro_batches(step, part, self._num_parts, self._micro_batch_tokens)

"""`Trainer` of `transformers` over a `datasets` set: masked tokens, or sentences with a label."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset
from transformers import (
    AutoTokenizer,
    BertForMaskedLM,
    BertPreTrainedModel,
    DataCollatorForLanguageModeling,
    DataCollatorWithPadding,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from benchmarks.workload import CLS, MASK_RATE, SEP, Block


def features(blocks: list[Block]) -> dict[str, list[list[int]]]:
    """Framed ids, and which are special, as a tokenizer hands them to the collator."""
    ids = [[CLS, *block.ids.tolist(), SEP] for block in blocks]
    return {"input_ids": ids, "special_tokens_mask": [_special(len(line)) for line in ids]}


def _special(length: int) -> list[int]:
    return [1, *[0] * (length - 2), 1]


def collator(tokenizer: Path) -> DataCollatorForLanguageModeling:
    """BERT's masking, 80/10/10 a token."""
    return DataCollatorForLanguageModeling(
        AutoTokenizer.from_pretrained(tokenizer), mlm_probability=MASK_RATE
    )


class _Clock(TrainerCallback):
    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock, self.ends = clock, list[float]()

    def on_step_end(self, *_: object, **__: object) -> None:
        self.ends.append(self._clock())


def step_seconds(
    model: BertForMaskedLM,
    blocks: list[Block],
    tokenizer: Path,
    folder: Path,
    *,
    steps: int,
    batch_size: int,
    num_workers: int,
    is_bf16: bool,
) -> list[float]:
    """Seconds of each step, data included; the first is left out."""
    return _seconds(
        model,
        collator(tokenizer),
        features(blocks),
        _Clock(),
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=batch_size,
        dataloader_num_workers=num_workers,
        bf16=is_bf16,
        remove_unused_columns=False,  # else the collator looks the special tokens up again
    )


def sentence_seconds(
    model: BertPreTrainedModel,
    sentences: dict[str, list[Any]],
    tokenizer: Path,
    folder: Path,
    *,
    steps: int,
    batch_size: int,
    padded_to: int | None,
    clock: Callable[[], float],
) -> list[float]:
    """Seconds of each step, data included, in fp32; the first is left out.

    Args:
        sentences: "input_ids" with special tokens, and "labels".
        padded_to: every sentence has so many tokens; None: as many as the batch's longest.
    """
    padding: dict[str, Any] = {"padding": True}
    if padded_to:
        padding = {"padding": "max_length", "max_length": padded_to}
    return _seconds(
        model,
        DataCollatorWithPadding(AutoTokenizer.from_pretrained(tokenizer), **padding),
        sentences,
        _Clock(clock),
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=batch_size,
    )


def _seconds(
    model: Any, collate: Any, rows: dict[str, list[Any]], clock: _Clock, **settings: Any
) -> list[float]:
    quiet = {"save_strategy": "no", "logging_strategy": "no", "disable_tqdm": True}
    trainer = Trainer(
        model,
        TrainingArguments(use_cpu=True, **quiet, **settings),
        data_collator=collate,
        train_dataset=Dataset.from_dict(rows),
        callbacks=[clock],
    )
    trainer.train()
    return np.diff(clock.ends).tolist()

"""`Trainer` of `transformers` with its masking collator over a `datasets` set."""

import time
from pathlib import Path

import numpy as np
from datasets import Dataset
from transformers import (
    AutoTokenizer,
    BertForMaskedLM,
    DataCollatorForLanguageModeling,
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
    def __init__(self) -> None:
        self.ends: list[float] = []

    def on_step_end(self, *_: object, **__: object) -> None:
        self.ends.append(time.perf_counter())


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
    clock = _Clock()
    arguments = TrainingArguments(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=batch_size,
        dataloader_num_workers=num_workers,
        bf16=is_bf16,
        use_cpu=True,
        save_strategy="no",
        logging_strategy="no",
        disable_tqdm=True,
        remove_unused_columns=False,  # else the collator looks the special tokens up again
    )
    trainer = Trainer(
        model,
        arguments,
        data_collator=collator(tokenizer),
        train_dataset=Dataset.from_dict(features(blocks)),
        callbacks=[clock],
    )
    trainer.train()
    return np.diff(clock.ends).tolist()

"""Texts -> ids by stock tools.

`run_mlm.py` of `transformers` maps `tokenize`, then `group_texts` into blocks of 512; beside it,
`encode_batch` of `tokenizers` alone.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset, disable_caching, disable_progress_bars, load_from_disk
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from benchmarks.workload import MAX_LENGTH

_CHARACTERS_AT_ONCE = 1 << 18


def save_texts(texts: list[str], folder: Path) -> None:
    """The texts as Arrow files, where the script begins."""
    disable_progress_bars()
    Dataset.from_dict({"text": texts}).save_to_disk(str(folder))


def mapped(texts: Path, tokenizer: Path, folder: Path) -> tuple[Dataset, Dataset]:
    """The tokenized texts and their blocks, in files."""
    disable_caching()
    subwords = AutoTokenizer.from_pretrained(tokenizer, model_max_length=10**9)
    data = load_from_disk(str(texts))
    assert isinstance(data, Dataset)
    folder.mkdir(parents=True)

    def tokenize(rows: dict[str, list[str]]) -> Any:
        return subwords(rows["text"], return_special_tokens_mask=True)

    tokenized = data.map(
        tokenize,
        batched=True,
        remove_columns=["text"],
        cache_file_name=str(folder / "tokenized.arrow"),
    )
    blocks = tokenized.map(_grouped, batched=True, cache_file_name=str(folder / "blocks.arrow"))
    return tokenized, blocks


def _grouped(rows: dict[str, list[list[int]]]) -> dict[str, list[list[int]]]:
    joined = {name: list(chain(*lists)) for name, lists in rows.items()}
    total = len(joined["input_ids"]) // MAX_LENGTH * MAX_LENGTH
    return {
        name: [ids[at : at + MAX_LENGTH] for at in range(0, total, MAX_LENGTH)]
        for name, ids in joined.items()
    }


def encoded(texts: Iterable[str], tokenizer: Path) -> np.ndarray:
    """The ids of all texts, end to end."""
    backend = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
    ids = []
    for group in _groups(texts):
        pieces = backend.encode_batch(group, add_special_tokens=False)
        ids += [np.array(each.ids, dtype=np.uint16) for each in pieces]
    return np.concatenate(ids)


def _groups(texts: Iterable[str]) -> Iterator[list[str]]:
    """Few enough for the processor's caches: with more it is slower."""
    group, room = list[str](), _CHARACTERS_AT_ONCE
    for text in texts:
        group.append(text)
        room -= len(text)
        if room <= 0:
            yield group
            group, room = [], _CHARACTERS_AT_ONCE
    yield group

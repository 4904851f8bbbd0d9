"""`DistributedDataParallel` over gloo in plain processes: the peer of our workers on Ray."""

import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from benchmarks import ours


def step_seconds(
    config: ours.Config, corpus: ours.Corpus, folder: Path, world_size: int
) -> list[float]:
    """Seconds of each step on rank 0, data and figures included; the first is left out."""
    return ours.in_processes(_train, world_size, folder, config, corpus)


def _train(
    rank: int, world_size: int, folder: Path, config: ours.Config, corpus: ours.Corpus
) -> list[float]:
    model = DistributedDataParallel(ours.LossModule(config, corpus.vocab_size))
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.training.learning_rate, fused=True)
    fetch, ends, figures = ours.batches_of(config, corpus, ours.ProcessGroup(ours.CPU)), [], []
    for number in range(config.training.steps):
        optimizer.zero_grad()
        (batch,) = fetch(number)
        loss = model(batch)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), config.training.max_grad_norm)
        optimizer.step()
        figures.append((float(loss), float(norm)))
        ends.append(time.perf_counter())
    return np.diff(ends).tolist()

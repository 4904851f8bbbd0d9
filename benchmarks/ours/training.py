"""Pre-training in this process: a step at a time, its figures, its checkpoints."""

import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.multiprocessing
from torch import Tensor, nn

from benchmarks.ours.blocks import Corpus
from benchmarks.ours.model import SEED, published_state
from spanbert.checkpoints.state import SpikeRecord, capture
from spanbert.checkpoints.store import CheckpointStore, load_state
from spanbert.config import Config
from spanbert.objectives.batch import PretrainingBatch, target_counts
from spanbert.objectives.pretraining import objective_weights, pretraining_losses
from spanbert.shards.reader import ShardReader
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.curve import CurveFile
from spanbert.training.data import TrainingData
from spanbert.training.memory import keep_freed_memory
from spanbert.training.optimizer import FlatAdamW
from spanbert.training.prefetch import Prefetch
from spanbert.training.step import Trainer
from spanbert.training.worker import CPU, build_model
from spanbert.training.workers import ALONE, Workers


class Training:
    """A fresh model and its optimizer, a step at a time."""

    def __init__(self, config: Config, vocab_size: int, device: str = "cpu") -> None:
        keep_freed_memory()  # as a worker does; a peer in this process has it too
        self._device = torch.device(device)
        self.model = build_model(config, vocab_size).to(self._device)
        self._trainer = Trainer(self.model, config.training, objective=config.objective, seed=SEED)
        self._done = 0

    def step(self, *batches: PretrainingBatch) -> dict[str, float]:
        """One optimizer step; its losses and the gradient's norm before clipping."""
        figures = self._trainer.step(self._done, [[b.to(self._device) for b in batches]])
        self._done += 1
        return figures

    def fill_moments(self) -> FlatAdamW:
        """The optimizer, as after a first update."""
        optimizer = self._trainer.optimizer
        names = [name for name, _ in self.model.named_parameters()]
        values = dict(self.model.named_parameters())
        moments = ("exp_avg", "exp_avg_sq")
        optimizer.restore(1, {f"{n}.{m}": values[n].detach() for n in names for m in moments})
        return optimizer

    def published_state(self) -> dict[str, Tensor]:
        """The weights under their published names, copied."""
        return published_state(self.model)


def tracked_steps(
    training: Training, batch: PretrainingBatch, settings: Config, folder: Path, uri: str
) -> float:
    """Seconds of ten steps whose figures are written down, and sent to a server if one is named."""
    from spanbert.registry.tracking import Tracking

    curve = CurveFile(folder / "curve.jsonl")
    follow = nullcontext()
    with ExitStack() as stack:
        if uri:
            named = replace(settings, registry=replace(settings.registry, tracking_uri=uri))
            run = stack.enter_context(Tracking(named, folder, lambda line: None).step("pretrain"))
            follow = run.follow(folder / "curve.jsonl")
        with follow:
            began = time.perf_counter()
            for number in range(10):
                curve(number, training.step(batch))
            return time.perf_counter() - began


@dataclass(frozen=True)
class Saving:
    """Seconds of one checkpoint, and its size."""

    copy_s: float  # on the training thread
    save_s: float  # in a thread of its own: written, digested, synced
    read_s: float  # verified and loaded, once at a start
    size_bytes: int


def saving(config: Config, vocab_size: int, folder: Path) -> Saving:
    """Copy, save, verify and load the state of a fresh model with moments."""
    training = Training(config, vocab_size)
    optimizer, store = training.fill_moments(), CheckpointStore(folder, keep=1, inputs={})
    marks = [time.perf_counter()]
    state = capture(1, training.model, optimizer, SpikeRecord(), {})
    marks.append(time.perf_counter())
    place = store.save(state)
    marks.append(time.perf_counter())
    newest = store.newest(lambda line: None)
    assert newest is not None
    load_state(newest)
    marks.append(time.perf_counter())
    size_bytes = sum(path.stat().st_size for path in place.iterdir())
    copy_s, save_s, read_s = np.diff(marks).tolist()
    return Saving(copy_s, save_s, read_s, size_bytes)


class LossModule(nn.Module):
    """Our model as a module whose output is the loss, for a wrapper that knows nothing else."""

    def __init__(self, config: Config, vocab_size: int) -> None:
        super().__init__()
        self.model = build_model(config, vocab_size)
        self._weights = objective_weights(config.objective)

    def forward(self, batch: PretrainingBatch) -> Tensor:
        """Sum of the objectives' means over this batch."""
        scales = self._weights / target_counts(batch).clamp(min=1)
        return pretraining_losses(self.model, batch, scales.tolist()).total


def batches_of(
    config: Config, corpus: Corpus, workers: Workers = ALONE
) -> Callable[[int], list[list[PretrainingBatch]]]:
    """What the training loop calls for one worker's data of a step."""
    shards = ShardReader(corpus.shards, check=False)
    tokenizer = load_tokenizer(corpus.tokenizer)
    return TrainingData(config, tokenizer, shards, workers).batches_of


def data_shares(config: Config, corpus: Corpus, steps: int) -> list[float]:
    """Of each step's time, the share in which training waits for its data; the first is left out.

    A number a step, from the loop's own two calls.
    """
    training, shares = Training(config, corpus.vocab_size), []
    with Prefetch(batches_of(config, corpus), steps + 1, CPU) as prefetch:
        for number in range(steps + 1):
            began, waited = time.perf_counter(), prefetch.waited_s
            training.step(*prefetch(number)[0])
            shares.append((prefetch.waited_s - waited) / (time.perf_counter() - began))
    return shares[1:]

"""config -> objects on one worker, then the loop; knows nothing of Ray.

Every worker builds the same model, goes on from the same checkpoint and takes its share of each
batch. Worker 0 logs and saves.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from spanbert.checkpoints.state import capture, restore
from spanbert.checkpoints.store import CheckpointStore, load_state
from spanbert.config import Config
from spanbert.masking.segment import Masker
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.model.published import load_whole
from spanbert.objectives.batch import PretrainingBatch, collate
from spanbert.progress import LogMetrics, Say, no_metrics, silent
from spanbert.shards.reader import ShardReader, require_vocabulary
from spanbert.storage import read_manifest
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer
from spanbert.training.batches import BatchPlan
from spanbert.training.curve import CurveFile
from spanbert.training.hooks import Every, Hook, Log, Tell
from spanbert.training.loop import run_steps
from spanbert.training.memory import keep_freed_memory
from spanbert.training.prefetch import Prefetch
from spanbert.training.step import Trainer
from spanbert.training.workers import ALONE, Workers

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Inputs:
    """What is trained on and where its progress is kept."""

    shards: Path
    tokenizer: Path
    work_folder: Path  # checkpoints and curve of this run; outlives a kill
    start: Path | None = None  # the published model that training starts from

    def digests(self) -> dict[str, str]:
        """Of the shards, the tokenizer and the start, if there is one."""
        kinds = {"shards": self.shards, "tokenizer": self.tokenizer}
        digests = {kind: read_manifest(folder, kind).digest for kind, folder in kinds.items()}
        if self.start is not None:
            digests["start"] = read_manifest(self.start, "model").digest
        return digests

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.work_folder / "checkpoints"

    @property
    def curve(self) -> Path:
        """File of the logged figures."""
        return self.work_folder / "curve.jsonl"


@dataclass(frozen=True)
class Seat:
    """One worker's place in its group."""

    workers: Workers = ALONE
    device: torch.device = CPU

    @property
    def rank(self) -> int:
        """Of this worker, from 0."""
        return self.workers.rank


def build_model(config: Config, vocab_size: int, start: Path | None = None) -> PretrainingModel:
    """A pre-training model with the weights of `start`, or fresh ones drawn from the run's seed.

    Raises:
        CheckpointError: the start lacks a weight, or its sizes are not those of the settings.
    """
    model = _allocate(config, vocab_size)
    if start is None:
        initialize(model, config.model.initializer_range, config.run.seed)
    else:
        load_whole(model, start, "the model to start from", f"remove {start} and run again")
    return model


def count_parameters(config: Config, vocab_size: int) -> int:
    """Parameters of the pre-training model, heads included; no memory is taken for them."""
    with torch.device("meta"):
        return sum(p.numel() for p in _allocate(config, vocab_size).parameters())


def _allocate(config: Config, vocab_size: int) -> PretrainingModel:
    return PretrainingModel(replace(config.model, vocab_size=vocab_size), config.objective)


def train_on_worker(
    config: Config,
    inputs: Inputs,
    seat: Seat = Seat(),  # frozen
    *,
    say: Say = silent,
    log: LogMetrics = no_metrics,
    after_checkpoint: Callable[[int], None] = lambda done: None,
) -> None:
    """Pre-train from the newest checkpoint to the last step.

    Args:
        say, log: used by worker 0 only.
        after_checkpoint: called on every worker when a checkpoint of `done` steps is there.

    Raises:
        CheckpointError: there are checkpoints, but none fits these inputs and sizes.
        NumericsError: training diverged.
    """
    training = config.training
    keep_freed_memory()
    if seat.rank != 0:
        say, log = silent, no_metrics
    shards = ShardReader(inputs.shards, check=seat.rank == 0)
    store = _store(config, inputs, shards.vocab_size)
    tokenizer = load_tokenizer(inputs.tokenizer)
    require_vocabulary(shards.manifest, tokenizer.digest, inputs.tokenizer)
    model = build_model(config, shards.vocab_size, inputs.start).to(seat.device)
    trainer = Trainer(
        model,
        training,
        objective=config.objective,
        seed=config.run.seed,
        workers=seat.workers,
    )
    first = _resume(store, trainer, say)

    def save(done: int, metrics: dict[str, float]) -> None:
        state = capture(done, model, trainer.optimizer)
        if seat.rank == 0:
            store.save(state)
        after_checkpoint(done)

    batches_of = _batches(config, tokenizer, shards, seat)
    prefetch = Prefetch(batches_of, training.steps, seat.device)
    hooks: list[Hook] = [Every(training.checkpoint_every_steps, training.steps, save)]
    if seat.rank == 0:
        curve = CurveFile(inputs.curve, first)
        tell = Tell(say, first, training.steps, training.batch_tokens, prefetch)
        hooks = [
            Every(training.log_every_steps, training.steps, action)
            for action in (Log(curve), Log(log), tell)
        ] + hooks
    with prefetch:
        run_steps(trainer, prefetch, first, training.steps, hooks)


def _store(config: Config, inputs: Inputs, vocab_size: int) -> CheckpointStore:
    """The run's checkpoints, each with the sizes that it can be loaded by alone."""
    sizes = replace(config.model, vocab_size=vocab_size)
    return CheckpointStore(
        inputs.checkpoints,
        keep=config.training.keep_checkpoints,
        inputs=inputs.digests(),
        config={"model": asdict(sizes), "objective": asdict(config.objective)},
    )


def _resume(store: CheckpointStore, trainer: Trainer, say: Say) -> int:
    """Put the newest checkpoint back; returns its number of finished steps."""
    newest = store.newest(say)
    if newest is None:
        return 0
    state = load_state(newest)
    restore(state, trainer.model, trainer.optimizer)
    say(f"going on from the checkpoint after step {state.step}")
    return state.step


def _batches(
    config: Config, tokenizer: SubwordTokenizer, shards: ShardReader, seat: Seat
) -> Callable[[int], list[PretrainingBatch]]:
    """This worker's micro-batches as a function of the step."""
    plan = BatchPlan(shards.lengths(), config.training.batch_tokens, config.run.seed)
    masker = Masker(shards, tokenizer, config.masking, config.objective, seed=config.run.seed)

    def batches_of(step: int) -> list[PretrainingBatch]:
        epoch = plan.epoch_of(step)
        parts = plan.rank_micro_batches(
            step, seat.rank, seat.workers.world_size, config.training.micro_batch_tokens
        )
        return [collate(masker.batch(part, epoch)) for part in parts]

    return batches_of

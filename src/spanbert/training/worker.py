"""config -> objects on one worker, then the loop; knows nothing of Ray.

Every worker builds the same model, goes on from the same checkpoint and takes its share of each
batch. Worker 0 logs and saves.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from spanbert.checkpoints.exactness import LEVELS, Exactness, exactness_of
from spanbert.checkpoints.remote import RemoteCheckpoints
from spanbert.checkpoints.saver import Saver
from spanbert.checkpoints.state import TrainingState, capture, restore
from spanbert.checkpoints.store import CheckpointStore, load_state, step_of
from spanbert.config import Config
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.model.published import load_whole
from spanbert.objects import ObjectStore
from spanbert.progress import LogMetrics, Say, no_metrics, silent
from spanbert.shards.reader import ShardReader, require_vocabulary
from spanbert.storage import read_manifest
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer
from spanbert.training.attempts import begin_attempt, end_attempt
from spanbert.training.cadence import Cadence
from spanbert.training.curve import CurveFile
from spanbert.training.data import TrainingData
from spanbert.training.diverged import write_diverged
from spanbert.training.gauges import SetGauge, SetGauges, no_gauge, peak_tokens_s
from spanbert.training.hooks import Every, Hook, Log, Tell
from spanbert.training.keeping import Keep, is_asked_to_stop
from spanbert.training.loop import run_steps
from spanbert.training.memory import keep_freed_memory
from spanbert.training.origin import origin_of
from spanbert.training.prefetch import Prefetch
from spanbert.training.step import NonFiniteError, Trainer
from spanbert.training.watchdog import Watchdog
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
    set_gauge: SetGauge = no_gauge,
    is_leaving: Callable[[], bool] = lambda: False,
) -> None:
    """Pre-train from the newest checkpoint to the last step.

    Args:
        say, log, set_gauge: used by worker 0 only.
        is_leaving: whether the machines are being taken away; a checkpoint is then saved at once.

    Raises:
        CheckpointError: there are checkpoints, but none fits these inputs and sizes.
        NumericsError: training diverged; `diverged.json` says at which segments.
        PreemptedError: training was asked to stop, and a checkpoint is saved.
        OutOfMemoryError: a micro-batch does not fit.
        NoProgressError: starts from the same step have crashed several times.
    """
    keep_freed_memory()
    is_first = seat.rank == 0
    if not is_first:
        say, log = silent, no_metrics
    shards = ShardReader(inputs.shards, check=is_first)
    tokenizer = load_tokenizer(inputs.tokenizer)
    require_vocabulary(shards.manifest, tokenizer.digest, inputs.tokenizer)
    store = checkpoint_store(config, inputs, tokenizer)
    model = build_model(config, shards.vocab_size, inputs.start).to(seat.device)
    trainer = Trainer(
        model,
        config.training,
        objective=config.objective,
        seed=config.run.seed,
        workers=seat.workers,
    )
    origin = origin_of(config.training, seat.device)
    first, exactness = _resume(store, seat, trainer, origin, say)
    if is_first:
        begin_attempt(inputs.work_folder, first)
    data = TrainingData(config, tokenizer, shards, seat.workers)
    curve = CurveFile(inputs.curve)

    def capture_now(done: int) -> TrainingState:
        differing = replace(exactness, largest_difference=curve.largest_difference)
        told = origin | {"exactness": asdict(exactness.and_then(differing))}
        return capture(done, model, trainer.optimizer, trainer.spikes.record, told)

    with (
        Prefetch(data.batches_of, config.training.steps, seat.device) as prefetch,
        Saver(store, say) as saver,
        Watchdog(
            inputs.work_folder / "workers", seat.rank, config.training.hang_timeout_s
        ) as alive,
    ):
        keep = Keep(
            seat.workers,
            Cadence(config.training),
            capture_now,
            saver if is_first else None,
            must_stop=lambda: is_asked_to_stop(inputs.work_folder),
            is_leaving=is_leaving,
        )
        tell = Tell(say, first, config.training.steps, config.training.batch_tokens, prefetch)
        peak = peak_tokens_s(config, shards, origin["device"], seat.workers.world_size)
        gauges = SetGauges(set_gauge, first, config.training.batch_tokens, peak, saver)
        figures = [Log(curve), Log(log), tell, gauges] if is_first else []
        hooks: list[Hook] = [
            alive,
            *(Every(config.training.log_every_steps, config.training.steps, f) for f in figures),
            keep,
        ]
        try:
            run_steps(trainer, prefetch, first, config.training.steps, hooks)
        except NonFiniteError as error:
            if is_first:
                write_diverged(inputs.work_folder, data, error)
            raise
        saver.finish()
    if is_first:
        end_attempt(inputs.work_folder)


def checkpoint_store(
    config: Config, inputs: Inputs, tokenizer: SubwordTokenizer
) -> CheckpointStore:
    """The run's checkpoints, each with the sizes and vocabulary that it can be told apart by."""
    sizes = replace(config.model, vocab_size=tokenizer.vocab_size)
    return CheckpointStore(
        inputs.checkpoints,
        keep=config.training.keep_checkpoints,
        inputs=inputs.digests(),
        config={"model": asdict(sizes), "objective": asdict(config.objective)},
        vocabulary=[tokenizer.token(i) for i in range(tokenizer.vocab_size)],
        mirror=_mirror(config, inputs),
    )


def _mirror(config: Config, inputs: Inputs) -> RemoteCheckpoints | None:
    """Where checkpoints are kept as well: below the address, under the name of the work."""
    url, keep = config.training.checkpoint_url, config.training.keep_checkpoints
    store = ObjectStore(f"{url.rstrip('/')}/{inputs.work_folder.name}") if url else None
    return RemoteCheckpoints(store, keep) if store else None


def _resume(
    store: CheckpointStore, seat: Seat, trainer: Trainer, origin: dict[str, Any], say: Say
) -> tuple[int, Exactness]:
    """Put the newest checkpoint back; returns its number of finished steps, and how exact it is.

    Worker 0 chooses, and the others take the same.
    """
    newest = store.newest(say) if seat.rank == 0 else None
    chosen = torch.tensor([float(step_of(newest)) if newest else 0.0], dtype=torch.float64)
    seat.workers.sum(chosen)  # the others add nothing
    step = int(chosen)
    if step == 0:
        return 0, Exactness()
    state = load_state(newest or store.place(step))
    restore(state, trainer.model, trainer.optimizer)
    trainer.spikes.go_on(state.spikes)
    before = Exactness(**state.origin.get("exactness", {}))
    exactness = before.and_then(exactness_of(state.origin, origin))
    note = "" if exactness.level == LEVELS[0] else f" ({exactness.level}: {exactness.reason})"
    say(f"going on from the checkpoint after step {step}{note}")
    return step, exactness

"""Workers, storage and retries -> a Ray trainer; checkpoint -> exported model.

Ray is this process's own, or the cluster that it runs in (`ray_cluster.py`). Checkpoints are our
own (`checkpoints/store.py`), so the Ray run carries no state: a rerun starts a new one and goes on
from the newest checkpoint that verifies.
"""

import hashlib
import json
import shutil
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from spanbert.checkpoints.store import load_state, step_of
from spanbert.cluster.config import ClusterConfig
from spanbert.config import Config, to_toml
from spanbert.corpus.config import CorpusConfig
from spanbert.errors import CheckpointError
from spanbert.failures import take_failure
from spanbert.lease import sole_owner
from spanbert.machine import oom_kills
from spanbert.masking.segment import require_made_for
from spanbert.model.importing.artifact import REPORT_FILE
from spanbert.model.published import write_folder
from spanbert.progress import Say
from spanbert.ray_cluster import ray_cluster, runs_in_cluster
from spanbert.registry.config import RegistryConfig
from spanbert.shards.reader import ShardReader, require_vocabulary
from spanbert.storage import publish, read_manifest, require_free_space, verify
from spanbert.tasks.config import QAConfig
from spanbert.tasks.glue.config import GlueConfig
from spanbert.tasks.relations.config import RelationConfig
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.curve import read_curve
from spanbert.training.keeping import ask_to_stop, forget_stop
from spanbert.training.leaving import leaving_on_sigterm
from spanbert.training.lost import why_lost
from spanbert.training.resources import require_workers, warn_of_slow_precision, workers_of
from spanbert.training.restart import set_aside
from spanbert.training.start import prepare_start, with_sizes_of
from spanbert.training.worker import Inputs, checkpoint_store, count_parameters

_OWNER_GONE_S = 300.0  # until a network disk has noticed that an earlier driver is
_BYTES_PER_PARAMETER = 12  # weights and two moments in fp32


def pretrain(
    config: Config,
    *,
    shards: Path,
    tokenizer: Path,
    folder: Path,
    work_root: Path,
    say: Say,
    follow: Callable[[Path], AbstractContextManager[object]] = nullcontext,
    from_scratch: bool = False,
) -> dict[str, Any]:
    """Pre-train on Ray workers and publish the model; returns its counts.

    Args:
        work_root: checkpoints are kept below it under a name made of the settings and the inputs'
            digests, so the same work goes on where it stopped and other work never meets it.
        follow: is given the file that figures are appended to, and is open while workers train.
        from_scratch: put earlier checkpoints aside.

    Raises:
        ConfigError: more CPUs or GPUs are asked for than there are, or another process does this
            work.
        CheckpointError: the model to start from, the vocabulary and the objective do not fit, or
            all checkpoints are damaged.
        StorageError: too little space for the checkpoints.
        PreemptedError: SIGTERM came, and a checkpoint was saved.
        SpanbertError: what stopped the workers, with its exit code.
    """
    require_workers(config.training)
    warn_of_slow_precision(config.training, say)
    verify(shards, "shards")
    verify(tokenizer, "tokenizer")
    _require_fitting(config, shards, tokenizer)
    # workers have a working directory of their own
    shards, tokenizer = shards.absolute(), tokenizer.absolute()
    inputs = Inputs(shards, tokenizer, work_root.absolute())
    if config.training.start:
        config, inputs = _started(config, inputs, say)
    work_folder = inputs.work_folder / _work_name(config, inputs.digests())
    inputs = replace(inputs, work_folder=work_folder)
    _require_space(config, inputs)
    patience_s = _OWNER_GONE_S if runs_in_cluster() else 0.0
    with (
        sole_owner(work_folder, patience_s),
        leaving_on_sigterm(lambda: False, config.training.grace_s),
    ):
        if from_scratch:
            set_aside(work_folder, config.training.checkpoint_url)
        newest = _train(config, inputs, say, follow)
        return _export(config, inputs, newest, folder)


def _require_fitting(config: Config, shards: Path, tokenizer: Path) -> None:
    """Refuse before Ray starts what every worker would refuse after it."""
    reader = ShardReader(shards, check=False)
    require_vocabulary(reader.manifest, load_tokenizer(tokenizer).digest, tokenizer)
    require_made_for(reader, config.masking, config.objective)


def _started(config: Config, inputs: Inputs, say: Say) -> tuple[Config, Inputs]:
    """Settings and inputs of a run that starts from a model: its sizes, and where it is kept.

    The model is imported here, once, so that no worker has to read a foreign file.
    """
    start = inputs.work_folder / "start"
    prepare_start(config, inputs.tokenizer, start, say)
    return with_sizes_of(config, start), replace(inputs, start=start)


def _train(
    config: Config,
    inputs: Inputs,
    say: Say,
    follow: Callable[[Path], AbstractContextManager[object]],
) -> Path:
    """Run the workers to the last step and return its checkpoint; a finished run does nothing."""
    work_folder, steps = inputs.work_folder, config.training.steps
    take_failure(work_folder)  # an earlier run's
    forget_stop(work_folder)
    shutil.rmtree(work_folder / "workers", ignore_errors=True)
    store = checkpoint_store(config, inputs, load_tokenizer(inputs.tokenizer))
    newest = store.newest(say)
    if newest and step_of(newest) == steps:
        with follow(inputs.curve):  # what was not sent before
            return newest
    kills = oom_kills()
    with (
        ray_cluster(workers_of(config.training), work_folder, say),
        leaving_on_sigterm(lambda: ask_to_stop(work_folder), config.training.grace_s),
        follow(inputs.curve),
    ):
        error = _fit(config, _settings(config, inputs), work_folder)
    failure = take_failure(work_folder)
    if failure or error:
        raise failure or why_lost(error, work_folder, kills)
    newest = store.newest(say)
    if newest is None or step_of(newest) != steps:
        raise CheckpointError(
            f"no checkpoint after step {steps}",
            place=str(inputs.checkpoints),
            remedy="run again to go on",
        )
    return newest


def _settings(config: Config, inputs: Inputs) -> dict[str, Any]:
    """What a worker needs, as plain values, which Ray's dashboard shows.

    Sections of other stages are left out: an address there may have a password in it.
    """
    paths = {role: str(path) for role, path in asdict(inputs).items() if path}
    own = replace(
        config,
        corpus=CorpusConfig(),
        qa=QAConfig(),
        glue=GlueConfig(),
        relations=RelationConfig(),
        registry=RegistryConfig(),
        cluster=ClusterConfig(),
    )
    return {"run_id": config.run_id, "inputs": paths, "config_toml": to_toml(own)}


def _fit(config: Config, settings: dict[str, Any], work_folder: Path) -> str:
    """Start the workers and wait; returns "" or the last line of what went wrong.

    Ray restarts the group after a worker was lost, and for nothing where a machine was taken away.
    """
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchTrainer
    from ray.train.v2.api.exceptions import TrainingFailedError

    from spanbert.training.ray_worker import main

    training = config.training
    trainer = TorchTrainer(
        main,
        train_loop_config=settings,
        scaling_config=ScalingConfig(
            num_workers=training.num_workers,
            use_gpu=training.use_gpu,
            resources_per_worker={"CPU": training.threads_per_worker}
            | ({"GPU": 1} if training.use_gpu else {}),
        ),
        run_config=RunConfig(
            name=f"{config.run_id}-{uuid.uuid4().hex[:8]}",  # a reused name would resume Ray's own
            storage_path=str(work_folder.absolute() / "ray"),
            failure_config=FailureConfig(
                max_failures=training.max_failures, controller_failure_limit=2
            ),
        ),
    )
    try:
        trainer.fit()
    except TrainingFailedError as error:
        return str(error).strip().splitlines()[-1]
    return ""


def _export(config: Config, inputs: Inputs, newest: Path, folder: Path) -> dict[str, Any]:
    """Publish the last checkpoint as a stock model folder, with its training curve."""
    state = load_state(newest)
    vocab_size = ShardReader(inputs.shards, check=False).vocab_size
    digests = inputs.digests() | {"checkpoint": read_manifest(newest, "checkpoint").digest}
    with publish(folder, "model", inputs=digests, config=asdict(config)) as draft:
        sizes = replace(config.model, vocab_size=vocab_size)
        write_folder(draft.folder, state.model, sizes, "BertForMaskedLM", inputs.tokenizer)
        curve = json.dumps(read_curve(inputs.curve), indent=0)
        (draft.folder / "training.json").write_text(curve)
        if inputs.start is not None:
            shutil.copy(inputs.start / REPORT_FILE, draft.folder)
        draft.counts |= {
            "steps": state.step,
            "tokens": state.step * config.training.batch_tokens,
            "num_parameters": count_parameters(config, vocab_size),
            "skipped_steps": state.spikes.skipped,
            "exactness": state.origin.get("exactness", {}),
        }
    return draft.counts


def _work_name(config: Config, digests: dict[str, str]) -> str:
    sections = asdict(config)
    relevant = [sections[s] for s in ("masking", "model", "objective")]
    relevant.append(config.training.identity)
    content = json.dumps([config.run.seed, relevant, digests], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _require_space(config: Config, inputs: Inputs) -> None:
    num_parameters = count_parameters(config, ShardReader(inputs.shards, check=False).vocab_size)
    num_copies = config.training.keep_checkpoints + 1  # one is being written
    require_free_space(inputs.work_folder, num_parameters * _BYTES_PER_PARAMETER * num_copies)

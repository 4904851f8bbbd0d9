"""Settings of pre-training."""

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from spanbert.validation import require

# Settings of speed, cadence and safety: they may change between two starts of one run.
_NO_CHANGE = frozenset(
    {
        "checkpoint_activations",
        "shard_optimizer",
        "spike_sigmas",
        "num_workers",
        "threads_per_worker",
        "log_every_steps",
        "checkpoint_every_steps",
        "checkpoint_every_s",
        "hours_between_failures",
        "keep_checkpoints",
        "checkpoint_url",
        "grace_s",
        "hang_timeout_s",
        "max_failures",
    }
)
_STORE = re.compile(r"((s3://[\w.-]+|file://)(/.*)?)?", re.ASCII)


@dataclass(frozen=True)
class TrainingConfig:
    """Where training starts from, optimisation, workers and cadence."""

    start: str = ""  # a model in any layout, which then sets the sizes; empty: random weights
    steps: int = 300_000
    batch_tokens: int = 1_048_576  # over all workers
    batch_parts: int = 0  # parts of a batch, which num_workers must divide; 0: num_workers
    micro_batch_tokens: int = 32_768  # most tokens of one forward pass on one worker
    learning_rate: float = 5e-4  # at its peak
    warmup_steps: int = 10_000
    schedule: Literal["rebased", "published"] = "rebased"  # what the decay starts from: schedule.py
    weight_decay: float = 0.01
    decay: Literal["matrices", "all"] = "matrices"  # the paper's code decays all
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-6  # see docs/reproduction.md for why this is not 1e-8
    max_grad_norm: float = 1.0
    spike_sigmas: float = 6.0  # a gradient norm so far above the last 128 is skipped; 0: none is
    precision: Literal["fp32", "bf16"] = "fp32"
    checkpoint_activations: bool = False  # compute them twice, keep one layer's: docs/scaling.md
    shard_optimizer: bool = False  # each worker keeps the moments of its own part
    exact: bool = False  # the same bits for any number of workers: docs/reliability.md
    compile: bool = False  # torch.compile; see docs/performance.md for where it pays
    num_workers: int = 1
    threads_per_worker: int = 1
    use_gpu: bool = False
    log_every_steps: int = 100
    checkpoint_every_steps: int = 1_000
    checkpoint_every_s: float = 600.0  # at the latest; sooner where saving is cheap
    hours_between_failures: float = 24.0  # expected; what a checkpoint costs is weighed against it
    keep_checkpoints: int = 3
    checkpoint_url: str = ""  # s3://bucket/prefix: checkpoints are kept there as well
    grace_s: float = 20.0  # from being asked to leave to the last checkpoint
    hang_timeout_s: float = 600.0  # a step that takes longer is taken for hung
    max_failures: int = 2  # worker failures survived before the run stops

    def __post_init__(self) -> None:
        for name in [
            "steps",
            "batch_tokens",
            "micro_batch_tokens",
            "num_workers",
            "threads_per_worker",
            "log_every_steps",
            "checkpoint_every_steps",
            "keep_checkpoints",
        ]:
            require(getattr(self, name) >= 1, f"training.{name} = {getattr(self, name)} < 1")
        require(
            0 <= self.warmup_steps < self.steps,
            f"training.warmup_steps = {self.warmup_steps} must be below training.steps"
            f" = {self.steps}",
        )
        for name in (
            "learning_rate",
            "checkpoint_every_s",
            "hours_between_failures",
            "grace_s",
            "hang_timeout_s",
        ):
            require(getattr(self, name) > 0, f"training.{name} = {getattr(self, name)} <= 0")
        require(self.spike_sigmas >= 0, f"training.spike_sigmas = {self.spike_sigmas} < 0")
        require(self.batch_parts >= 0, f"training.batch_parts = {self.batch_parts} < 0")
        require(
            bool(_STORE.fullmatch(self.checkpoint_url)),
            "training.checkpoint_url is not of the form s3://BUCKET/FOLDER, without a key",
        )
        self._require_dividing()

    def _require_dividing(self) -> None:
        """Workers take equal numbers of parts; in exact mode they are subtrees of one tree."""
        parts, workers = self.parts, self.num_workers
        allowed = [n for n in range(1, parts + 1) if parts % n == 0]
        require(
            workers in allowed,
            f"training.num_workers = {workers} does not divide training.batch_parts = {parts}"
            f" (1 to {parts}: {', '.join(map(str, allowed))})",
        )
        require(
            not self.exact or parts & (parts - 1) == 0,
            f"training.exact = true needs a power of two as training.batch_parts, not {parts}",
        )

    @property
    def parts(self) -> int:
        """Parts of a global batch: what is computed is the same however many workers share them."""
        return self.batch_parts or self.num_workers

    @property
    def identity(self) -> dict[str, Any]:
        """What decides the weights: settings of speed, cadence and safety are left out."""
        chosen = asdict(self) | {"batch_parts": self.parts}
        return {name: value for name, value in chosen.items() if name not in _NO_CHANGE}

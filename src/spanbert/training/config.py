"""Settings of pre-training."""

from dataclasses import dataclass
from typing import Literal

from spanbert.validation import require


@dataclass(frozen=True)
class TrainingConfig:
    """Where training starts from, optimisation, workers and cadence."""

    start: str = ""  # a model in any layout, which then sets the sizes; empty: random weights
    steps: int = 300_000
    batch_tokens: int = 1_048_576  # over all workers
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
    precision: Literal["fp32", "bf16"] = "fp32"
    checkpoint_activations: bool = False  # compute them twice, keep one layer's: docs/scaling.md
    shard_optimizer: bool = False  # each worker keeps the moments of its own part
    compile: bool = False  # torch.compile; see docs/performance.md for where it pays
    num_workers: int = 1
    threads_per_worker: int = 1
    use_gpu: bool = False
    log_every_steps: int = 100
    checkpoint_every_steps: int = 1_000
    keep_checkpoints: int = 3
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
        require(self.learning_rate > 0, f"training.learning_rate = {self.learning_rate} <= 0")

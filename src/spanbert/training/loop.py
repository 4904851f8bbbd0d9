"""Steps and cadence: fetch a batch, take a step, call the hooks; does no arithmetic."""

from collections.abc import Callable, Sequence

from spanbert.training.hooks import Hook
from spanbert.training.step import Parts, Trainer


def run_steps(
    trainer: Trainer,
    batches_of: Callable[[int], Parts],
    first: int,
    num_steps: int,
    hooks: Sequence[Hook],
) -> None:
    """Take steps `first` to `num_steps`.

    Args:
        batches_of: micro-batches of this worker's parts of a step, a pure function of its number.
    """
    for number in range(first, num_steps):
        metrics = trainer.step(number, batches_of(number))
        for hook in hooks:
            hook(number + 1, metrics)

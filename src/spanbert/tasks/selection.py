"""Scores on dev while training goes on -> the weights that are kept, and when it is enough."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from spanbert.shapes import Float
from spanbert.tasks.config import RecipeConfig


class Selection:
    """Scores dev every so often and keeps the best weights, in the CPU's memory.

    Of equal scores the earlier weights are kept. Without `evaluate` nothing is done.

    Args:
        num_batches: steps of an epoch.
        evaluate: scores the model as it is; higher is better.

    Attributes:
        curve: "step" and "score" of each evaluation.
    """

    def __init__(
        self,
        model: nn.Module,
        recipe: RecipeConfig,
        num_batches: int,
        evaluate: Callable[[], float] | None,
    ) -> None:
        self._model, self._evaluate, self._patience = model, evaluate, recipe.patience
        self._num_batches = num_batches
        self._evaluated = evaluated_batches(num_batches, recipe.evaluations_per_epoch)
        self._best: dict[str, Float[Tensor, ...]] = {}
        self._best_score = -float("inf")
        self._num_worse = 0
        self.curve: list[dict[str, float]] = []

    @property
    def is_enough(self) -> bool:
        """Whether training may end: so many scores in a row were no better."""
        return 0 < self._patience <= self._num_worse

    def after_step(self, step: int) -> dict[str, float]:
        """The figure "dev_score", where dev is scored after this step, which is counted from 1."""
        if self._evaluate is None or (step - 1) % self._num_batches + 1 not in self._evaluated:
            return {}
        was_training = self._model.training
        score = self._evaluate()
        self._model.train(was_training)
        self.curve.append({"step": float(step), "score": score})
        self._num_worse += 1
        if score > self._best_score:
            self._best_score, self._num_worse = score, 0
            self._keep()
        return {"dev_score": score}

    def restore(self) -> None:
        """Give the model its best weights back; it stays as it is where dev was never scored."""
        if self._best:
            self._model.load_state_dict(self._best)

    def _keep(self) -> None:
        state = self._model.state_dict()
        if not self._best:
            self._best = {name: torch.empty_like(t, device="cpu") for name, t in state.items()}
        for name, tensor in state.items():
            self._best[name].copy_(tensor)


def evaluated_batches(num_batches: int, evaluations: int) -> set[int]:
    """After which batches of an epoch, counted from 1, dev is scored: evenly, and after the last.

    **Differs** from the published code, which goes by whole steps of `num_batches // evaluations`
    and so may leave up to that many last batches unscored.
    """
    return {-(-i * num_batches // evaluations) for i in range(1, evaluations + 1)}

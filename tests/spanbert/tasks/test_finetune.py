"""The shared loop, on a toy task: equal to a slow, plain one, and the same for the same seed."""

import itertools
import math
from collections import Counter
from dataclasses import dataclass, replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from spanbert.errors import DataError, NumericsError
from spanbert.rng import torch_seed
from spanbert.tasks.config import RecipeConfig
from spanbert.tasks.finetune import REPORT_EVERY_STEPS, finetune
from spanbert.tasks.selection import evaluated_batches
from spanbert.tasks.task import ParameterGroup, Task


@dataclass(frozen=True)
class Number:
    """A value of x whose y is to be learnt."""

    example_id: str
    num_tokens: int
    x: float
    y: float


SETTINGS = RecipeConfig(
    epochs=3, batch_size=4, learning_rate=0.05, warmup_fraction=0.25, weight_decay=0.5
)


class Line(Task):
    """y = a x + b through a dropped-out hidden layer."""

    def __init__(self, dropout=0.0):
        torch.manual_seed(0)
        self._model = nn.Sequential(nn.Linear(1, 8), nn.Dropout(dropout), nn.Linear(8, 1))
        self.batches = []

    @property
    def model(self):
        return self._model

    def features(self, examples):
        return examples

    def loss(self, batch):
        self.batches.append(list(batch))
        x = torch.tensor([[n.x] for n in batch])
        y = torch.tensor([[n.y] for n in batch])
        return (self._model(x) - y).square().mean()

    def predictions(self, examples):
        return []


def numbers(count):
    return [Number(f"n{i}", (i * 7) % 5 + 1, i / count, 3 - i / count) for i in range(count)]


def weights(task):
    return torch.cat([p.detach().ravel() for p in task.model.parameters()])


class PlainAdamW:
    """AdamW, clipping and schedule, written out (Loshchilov and Hutter, algorithm 2)."""

    def __init__(self, parameters, settings, num_steps, epsilon=1e-6):
        self.parameters, self.settings = list(parameters), settings
        self.num_steps, self.epsilon = num_steps, epsilon
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) for p in self.parameters]

    def rate(self, t):
        warmup = int(self.settings.warmup_fraction * self.num_steps)
        rising, falling = t / max(warmup, 1), (self.num_steps - t + 1) / (self.num_steps - warmup)
        return self.settings.learning_rate * (rising if t <= warmup else falling)

    def step(self, t, gradients):
        norm = math.sqrt(sum(float((g * g).sum()) for g in gradients))
        scale, rate = min(1.0, self.settings.max_grad_norm / norm), self.rate(t)
        rows = zip(self.parameters, gradients, self.first, self.second, strict=True)
        for p, g, m, v in rows:
            m.mul_(0.9).add_(0.1 * scale * g)
            v.mul_(0.999).add_(0.001 * (scale * g) ** 2)
            with torch.no_grad():
                p -= rate * (self.settings.weight_decay if p.ndim > 1 else 0.0) * p
                p -= rate * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + self.epsilon)


def plain_training(task, batches, optimizers):
    """Losses of a training by these optimizers, each with weights of its own."""
    losses = []
    for t, batch in enumerate(batches, start=1):
        loss = task.loss(batch)
        every = torch.autograd.grad(loss, [p for one in optimizers for p in one.parameters])
        gradients = iter(every)
        for one in optimizers:
            one.step(t, [next(gradients) for _ in one.parameters])
        losses.append(loss.item())
    return losses


def test_it_does_what_the_plain_loop_does():
    task, oracle = Line(), Line()
    curve = finetune(task, numbers(10), SETTINGS, seed=3).curve
    plain = PlainAdamW(oracle.model.parameters(), SETTINGS, 9)
    losses = plain_training(oracle, list(task.batches), [plain])
    assert [point["step"] for point in curve] == [float(i + 1) for i in range(9)]
    assert [point["loss"] for point in curve] == pytest.approx(losses, rel=1e-5)
    torch.testing.assert_close(weights(task), weights(oracle), rtol=1e-5, atol=1e-6)


class TwoRates(Line):
    """The second layer has a rate, a decay and an epsilon of its own, and no warm-up."""

    def parameter_groups(self, recipe):
        first, rate = self.model[0], recipe.learning_rate
        return [
            ParameterGroup(first, rate, recipe.warmup_fraction, recipe.weight_decay, name="low"),
            ParameterGroup(self.model[2], 4 * rate, 0.0, 0.0, epsilon=1e-3, name="high"),
        ]


def test_trap_23_groups_have_rates_schedules_decays_and_clips_of_their_own():
    task, oracle = TwoRates(), Line()
    logged = []
    settings = replace(SETTINGS, max_grad_norm=0.5)
    found = finetune(
        task, numbers(10), settings, seed=3, log=lambda step, metrics: logged.append(metrics)
    )
    high = replace(settings, learning_rate=0.2, warmup_fraction=0.0, weight_decay=0.0)
    optimizers = [
        PlainAdamW(oracle.model[0].parameters(), settings, 9),
        PlainAdamW(oracle.model[2].parameters(), high, 9, epsilon=1e-3),
    ]
    losses = plain_training(oracle, list(task.batches), optimizers)
    assert [point["loss"] for point in found.curve] == pytest.approx(losses, rel=1e-5)
    torch.testing.assert_close(weights(task), weights(oracle), rtol=1e-5, atol=1e-6)
    figures = {f"{name}_{group}" for name in ("learning_rate", "grad_norm") for group in GROUPS}
    assert set(logged[-1]) == {"loss", *figures}
    assert logged[-1]["learning_rate_high"] == pytest.approx(optimizers[1].rate(9))


GROUPS = ("low", "high")


def test_trap_19_each_epoch_is_another_order_of_all_features():
    task = Line()
    finetune(task, numbers(10), SETTINGS, seed=3)
    epochs = [task.batches[i : i + 3] for i in (0, 3, 6)]
    for epoch in epochs:
        assert [len(batch) for batch in epoch] == [4, 4, 2]
        assert Counter(n.example_id for b in epoch for n in b) == Counter(
            f"n{i}" for i in range(10)
        )
        for batch in epoch:
            assert [n.num_tokens for n in batch] == sorted(n.num_tokens for n in batch)
    assert epochs[0] != epochs[1] != epochs[2]


def test_one_seed_gives_one_result_whatever_was_drawn_before():
    results = []
    for seed, drawn in [(1, 0), (1, 5), (2, 0)]:
        task = Line(dropout=0.5)
        torch.rand(drawn)
        finetune(task, numbers(10), SETTINGS, seed)
        results.append(weights(task))
    assert torch.equal(results[0], results[1])
    assert not torch.equal(results[0], results[2])


def test_dropout_is_keyed_by_the_step_and_not_by_what_came_before():
    task = Line(dropout=0.5)
    finetune(task, numbers(10), replace(SETTINGS, epochs=1), seed=4)
    drawn = torch.rand(3)
    torch.manual_seed(torch_seed(4, "finetune-dropout", 2))
    F.dropout(torch.ones(2, 8))  # what the last step drew for its two features
    assert torch.equal(drawn, torch.rand(3))


def test_progress_is_told_every_so_often_and_at_the_end():
    told, logged = [], []
    num_steps = REPORT_EVERY_STEPS + 2
    settings = replace(SETTINGS, epochs=num_steps, batch_size=10)
    finetune(
        Line(),
        numbers(10),
        settings,
        seed=1,
        say=told.append,
        log=lambda step, metrics: logged.append((step, metrics)),
    )
    assert [step for step, _ in logged] == [REPORT_EVERY_STEPS, num_steps]
    assert set(logged[0][1]) == {"loss", "grad_norm", "learning_rate"}
    assert logged[-1][1]["learning_rate"] < 0.1 * settings.learning_rate
    assert told[-1].startswith(f"fine-tuning step {num_steps}/{num_steps}  loss ")


class Steep(Line):
    """A loss of 0 whose gradient is not finite."""

    def loss(self, batch):
        return (0 * self._model[0].weight).abs().sqrt().sum()


@pytest.mark.parametrize(
    ("task", "y", "name"),
    [(Line(), math.nan, "loss"), (Line(), 1e25, "loss"), (Steep(), 1.0, "gradient norm")],
)
def test_a_number_that_is_not_finite_stops_with_the_step_and_the_examples(task, y, name):
    before = weights(task)
    features = [Number("good", 1, 1.0, 1.0), Number("bad", 1, 1e20, y), Number("bad", 1, 1.0, 1.0)]
    with pytest.raises(NumericsError, match=rf"^{name}.* at fine-tuning step 1,.*bad") as caught:
        finetune(task, features, SETTINGS, seed=1)
    assert sorted(caught.value.cause.partition("examples ")[2].split(", ")) == ["bad", "good"]
    assert torch.equal(weights(task), before)


def test_no_feature_is_refused():
    with pytest.raises(DataError, match="no feature"):
        finetune(Line(), [], SETTINGS, seed=1)


class Scripted:
    """Scores on dev that are known beforehand, and the weights that each was for."""

    def __init__(self, task, scores):
        self._task, self._scores = task, list(scores)
        self.weights = []

    def __call__(self):
        self._task.model.eval()
        self.weights.append(weights(self._task))
        return self._scores[len(self.weights) - 1]


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 5),
        ([3.0, 9.0, 1.0, 9.0, 2.0, 0.0], 1),
        ([6.0, 5.0, 4.0, 3.0, 2.0, 1.0], 0),
    ],
)
def test_the_earliest_weights_of_the_best_score_are_kept_exactly(scores, best):
    task = Line(dropout=0.5)
    evaluate = Scripted(task, scores)
    settings = replace(SETTINGS, evaluations_per_epoch=2)
    found = finetune(task, numbers(10), settings, seed=3, evaluate=evaluate)
    assert torch.equal(weights(task), evaluate.weights[best])
    assert [point["score"] for point in found.dev_curve] == scores
    assert [point["step"] for point in found.dev_curve] == [2, 3, 5, 6, 8, 9]


def test_looking_at_dev_changes_nothing_of_training():
    plain, watched = Line(dropout=0.5), Line(dropout=0.5)
    settings = replace(SETTINGS, evaluations_per_epoch=3)
    unseen = finetune(plain, numbers(10), SETTINGS, seed=3)

    def draws_and_rises():
        watched.model.eval()
        torch.rand(7)
        return float(len(watched.batches))

    seen = finetune(watched, numbers(10), settings, seed=3, evaluate=draws_and_rises)
    assert seen.curve == unseen.curve
    assert torch.equal(weights(plain), weights(watched))


@pytest.mark.parametrize(("patience", "expected"), [(1, 3), (2, 6), (3, 7), (0, 9)])
def test_training_ends_after_so_many_scores_that_are_no_better(patience, expected):
    scores = [1.0, 2.0, 2.0, 3.0, 2.9, 3.0, 2.0, 1.0, 9.0]
    task = Line()
    evaluate = Scripted(task, scores)
    settings = replace(SETTINGS, evaluations_per_epoch=3, patience=patience)
    found = finetune(task, numbers(10), settings, seed=3, evaluate=evaluate)
    assert len(evaluate.weights) == expected
    assert len(found.curve) == expected
    best = scores.index(max(scores[:expected]))
    assert torch.equal(weights(task), evaluate.weights[best])


def test_a_score_is_told_with_its_step_once():
    told, logged = [], []
    task = Line()
    settings = replace(SETTINGS, evaluations_per_epoch=1)
    finetune(
        task,
        numbers(10),
        settings,
        seed=1,
        evaluate=Scripted(task, [50.0, 61.234, 60.0]),
        say=told.append,
        log=lambda step, metrics: logged.append((step, metrics.get("dev_score"))),
    )
    assert logged == [(3, 50.0), (6, 61.234), (9, 60.0)]
    assert told[1].endswith("  dev 61.23")


@given(st.integers(1, 60), st.integers(0, 60))
def test_evaluations_are_spread_evenly_and_end_with_the_epoch(num_batches, evaluations):
    steps = sorted(evaluated_batches(num_batches, evaluations))
    assert len(steps) == min(num_batches, evaluations)
    gaps = [b - a for a, b in itertools.pairwise([0, *steps])]
    if steps:
        assert steps[-1] == num_batches
        assert max(gaps) - min(gaps) <= 1

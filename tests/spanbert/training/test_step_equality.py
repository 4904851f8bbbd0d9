"""The fast step's losses and gradients against the plain padded way, for every objective and shape.

fp32 within 1e-5; bf16 within its rounding.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from padded_oracle import oracle_losses

from spanbert.model.config import ModelConfig
from spanbert.model.packing import Packing
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.model.published import published_names
from spanbert.objectives.batch import PretrainingBatch, target_counts
from spanbert.objectives.config import ObjectiveConfig
from spanbert.objectives.pretraining import objective_weights
from spanbert.training.config import TrainingConfig
from spanbert.training.step import Trainer

SIZES = ModelConfig(
    vocab_size=211,
    hidden_size=24,
    num_layers=2,
    num_heads=3,
    intermediate_size=40,
    max_positions=64,
    hidden_dropout=0.0,
    attention_dropout=0.0,
)
CONFIG = TrainingConfig(steps=10, warmup_steps=1, max_grad_norm=1e9)
OBJECTIVES = {
    "mlm": ObjectiveConfig(sbo_weight=0.0),
    "mlm + sbo": ObjectiveConfig(sbo_weight=0.7, sbo_position_size=6),
    "mlm + nsp": ObjectiveConfig(sbo_weight=0.0, nsp=True),
    "all": ObjectiveConfig(sbo_position_size=6, nsp=True),
}
# lengths of the sequences, and the spans [start, end) masked in each, in its own positions
SHAPES = {
    "one segment": ((20,), [[(3, 5), (9, 10)]]),
    "segments of length 3": ((3, 3, 3), [[(1, 2)], [], [(1, 2)]]),
    "no boundary target": ((9, 5), [[(1, 3)], [(3, 4)]]),  # at the blocks' edges
    "no masked token": ((7, 12), [[], []]),
    "all lengths differ": ((31, 17, 8, 3), [[(2, 12), (14, 16)], [(5, 6)], [(3, 5)], []]),
    "equal lengths": ((12, 12, 12), [[(4, 6)], [(2, 3), (5, 9)], []]),
}


def batch_of(shape):
    lengths, spans = SHAPES[shape]
    generator = torch.Generator().manual_seed(len(shape))
    ids = torch.randint(5, SIZES.vocab_size, (sum(lengths),), generator=generator)
    packing = Packing(lengths)
    rows, framed = [], []
    for start, length, own in zip(packing.starts().tolist(), lengths, spans, strict=True):
        for first, end in own:
            rows += range(start + first, start + end)
            if first > 1 and end < length - 1:
                framed += [
                    (start + first - 1, start + end, offset, start + first + offset)
                    for offset in range(end - first)
                ]
    left, right, offset, position = torch.tensor(framed, dtype=torch.int64).reshape(-1, 4).T
    targets = torch.randint(5, SIZES.vocab_size, ids.shape, generator=generator)
    return PretrainingBatch(
        token_ids=ids,
        token_type_ids=(torch.arange(len(ids)) % 5 == 4).long(),
        packing=packing,
        mlm_rows=torch.tensor(rows, dtype=torch.int64),
        mlm_targets=targets[rows],
        sbo_left=left,
        sbo_right=right,
        sbo_offset=offset,
        sbo_targets=targets[position],
        nsp_rows=packing.starts(),
        nsp_targets=torch.arange(len(lengths)) % 2,
    )


def made(objective, config):
    model = PretrainingModel(SIZES, objective)
    initialize(model, 0.2, seed=3)
    for weight in model.parameters():
        if weight.ndim == 1:
            torch.nn.init.normal_(weight, mean=float(weight.detach().mean()), std=0.1)
    return Trainer(model, config, objective=objective, seed=1)


def expected_of(model, objective, batch):
    """Losses, and gradients by published name, the plain way."""
    names = published_names(model.state_dict())
    tensors = {n: t.clone().requires_grad_() for n, t in names.items()}
    sums = oracle_losses(tensors, SIZES.num_heads, batch)
    counts = target_counts(batch).clamp(min=1)
    loss = (sums / counts * objective_weights(objective)).sum()
    if loss.requires_grad:  # else nothing is asked of any weight
        loss.backward()
    gradients = {n: torch.zeros_like(t) if t.grad is None else t.grad for n, t in tensors.items()}
    return float(loss.detach()), gradients


@pytest.mark.parametrize(
    "changes",
    [{}, {"checkpoint_activations": True}, {"shard_optimizer": True}],
    ids=["plain", "checkpointed", "sharded"],
)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_fp32_equals_the_padded_way(objective, shape, changes):
    chosen, batch = OBJECTIVES[objective], batch_of(shape)
    trainer = made(chosen, replace(CONFIG, **changes))
    loss, expected = expected_of(trainer.model, chosen, batch)
    metrics = trainer.step(0, [[batch]])
    assert metrics["loss"] == pytest.approx(loss, rel=1e-5, abs=1e-5)
    found = published_names({n: p.grad for n, p in trainer.model.named_parameters()})
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-5, atol=1e-5, msg=name)


@pytest.mark.parametrize("shape", SHAPES)
def test_bf16_equals_it_within_its_rounding(shape):
    chosen, batch = OBJECTIVES["all"], batch_of(shape)
    trainer = made(chosen, replace(CONFIG, precision="bf16"))
    loss, expected = expected_of(trainer.model, chosen, batch)
    metrics = trainer.step(0, [[batch]])
    assert metrics["loss"] == pytest.approx(loss, rel=2e-2, abs=1e-2)
    found = published_names({n: p.grad for n, p in trainer.model.named_parameters()})
    whole = torch.cat([found[n].flatten() for n in expected])
    wanted = torch.cat([g.flatten() for g in expected.values()])
    assert (whole - wanted).norm() < 0.05 * wanted.norm()


@pytest.mark.slow  # compiling takes longer than all the rest
@pytest.mark.skipif(shutil.which("c++") is None, reason="torch.compile needs a C++ compiler here")
@pytest.mark.parametrize("shape", ["all lengths differ", "segments of length 3"])
def test_compiled_layers_equal_the_padded_way(shape):
    """In a process of its own: the checks of shapes that run with the tests cannot be traced."""
    script = f"import test_step_equality; test_step_equality.compare_compiled({shape!r})"
    paths = [str(Path(__file__).parent), *sys.path]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def compare_compiled(shape):
    chosen, batch = OBJECTIVES["all"], batch_of(shape)
    trainer = made(chosen, replace(CONFIG, compile=True))
    loss, expected = expected_of(trainer.model, chosen, batch)
    assert trainer.step(0, [[batch]])["loss"] == pytest.approx(loss, rel=1e-5)
    found = published_names({n: p.grad for n, p in trainer.model.named_parameters()})
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-5, atol=1e-5, msg=name)

"""Parameters and FLOP against the model itself and against figures worked out by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from spanbert.config import load_config, parse_config
from spanbert.planning.work import (
    encoder_flops,
    encoder_parameters,
    head_flops,
    packed_layout,
    published_layout,
    step_flops,
    training_parameters,
)
from spanbert.training.worker import count_parameters

CONFIGS = Path(__file__).parents[3] / "configs"


def sized(hidden, layers):
    return parse_config(
        f"[model]\nhidden_size = {hidden}\nnum_layers = {layers}\nnum_heads = {hidden // 64}\n"
        f"intermediate_size = {4 * hidden}\n"
    )


@pytest.mark.parametrize(("name", "count"), [("base", 107_719_680), ("large", 332_529_664)])
def test_the_published_encoders_are_counted_exactly(name, count):
    assert encoder_parameters(load_config(CONFIGS / f"{name}.toml").model) == count


@pytest.mark.parametrize("objective", ["sbo_weight = 1.0", "sbo_weight = 0.0", "nsp = true"])
def test_parameters_are_those_of_the_model(objective):
    text = f"[objective]\n{objective}\nsbo_position_size = 7\n[shards]\npairs = true\n"
    config = parse_config(text + "[model]\nhidden_size = 24\nnum_heads = 2\nnum_layers = 3\n")
    config = replace(config, model=replace(config.model, intermediate_size=40, vocab_size=101))
    assert training_parameters(config.model, config.objective) == count_parameters(config, 101)


@pytest.mark.parametrize(
    ("hidden", "layers", "mflop"), [(512, 4, 116), (512, 8, 204), (768, 12, 609), (1024, 24, 2020)]
)
def test_flops_a_token_are_those_worked_out_before(hidden, layers, mflop):
    config = sized(hidden, layers)
    assert step_flops(config, packed_layout(config, 512.0)) == pytest.approx(mflop * 1e6, rel=0.02)


def test_flops_of_base_by_hand():
    model = sized(768, 12).model
    assert encoder_flops(model, 512.0) == 12 * (2 * (4 * 768**2 + 2 * 768 * 3072) + 4 * 512 * 768)
    no_sbo = parse_config("[objective]\nsbo_weight = 0.0\n")
    row = 2 * (768**2 + 28_996 * 768)
    assert head_flops(no_sbo, packed_layout(no_sbo, 512.0)) == pytest.approx(0.15 * row)


def test_recomputing_makes_the_encoder_a_third_dearer_and_the_heads_not():
    config = sized(768, 12)
    layout = packed_layout(config, 512.0)
    more = step_flops(config, layout, checkpointed=True) - step_flops(config, layout)
    assert more == pytest.approx(encoder_flops(config.model, 512.0))


def test_the_published_layout_projects_everything_and_computes_padding():
    config = sized(1024, 24)
    filled = published_layout(config, 1.0)
    assert filled.mlm_rows == 1
    assert filled.sbo_rows == pytest.approx(0.447, abs=1e-3)
    assert step_flops(config, filled) == pytest.approx(2236e6, rel=0.01)
    half = step_flops(config, published_layout(config, 0.5))
    assert half == pytest.approx(2 * step_flops(config, filled))

"""Presets: the paper's models and sizes, and an optimiser that does what the published one did."""

import itertools

import pytest
import torch

from spanbert.config import parse_config, to_toml
from spanbert.errors import ConfigError
from spanbert.model.encoder import Encoder

MODELS, OPTIMIZATIONS, SIZES = (
    ("bert", "bert-1seq", "spanbert"),
    ("reference", "modern"),
    ("base", "large"),
)


def preset(model="", optimization="", size="", rest=""):
    names = {"model": model, "optimization": optimization, "size": size}
    lines = [f'{key} = "{name}"' for key, name in names.items() if name]
    return parse_config("[preset]\n" + "\n".join(lines) + "\n" + rest)


@pytest.mark.parametrize(
    "names", list(itertools.product(MODELS, OPTIMIZATIONS, SIZES)), ids="-".join
)
def test_every_preset_loads_and_its_values_are_written_out(names):
    config = preset(*names)
    assert "preset" not in to_toml(config)
    assert parse_config(to_toml(config)) == config


@pytest.mark.parametrize(("size", "expected"), [("base", 107_719_680), ("large", 332_529_664)])
def test_encoders_have_the_published_number_of_parameters(size, expected):
    with torch.device("meta"):
        encoder = Encoder(preset(size=size).model)
    assert sum(p.numel() for p in encoder.parameters()) == expected


def test_models_differ_in_what_is_masked_and_predicted():
    found = {name: preset(name) for name in MODELS}
    kinds = {
        name: (c.masking.scheme, c.masking.replacement, c.objective.has_sbo, c.objective.nsp)
        for name, c in found.items()
    }
    assert kinds == {
        "bert": ("subword-tokens", "token", False, True),
        "bert-1seq": ("subword-tokens", "token", False, False),
        "spanbert": ("geometric-spans", "span", True, False),
    }
    assert [c.shards.pairs for c in found.values()] == [True, False, False]


def test_trap_12_reference_optimises_like_adam_on_the_published_scaled_gradient():
    config = preset("spanbert", "reference", "large").training
    gradients = torch.randn(5, 40, generator=torch.Generator().manual_seed(0)) * 1e-3
    ours, theirs = torch.zeros(40), torch.zeros(40)
    published = torch.optim.AdamW([theirs], lr=1e-4, eps=1e-8, weight_decay=0.01)
    reference = torch.optim.AdamW([ours], lr=1e-4, eps=config.epsilon, weight_decay=0.01)
    for gradient in gradients:
        ours.grad, theirs.grad = gradient.clone(), gradient / 616
        reference.step()
        published.step()
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-9)
    assert config.max_grad_norm == 616  # theirs of 1.0, before the scaling


def test_trap_13_weight_decay_is_the_published_commands_and_can_be_the_papers():
    assert preset("spanbert", "reference", "large").training.weight_decay == 0.01
    paper = preset("spanbert", "reference", "large", "[training]\nweight_decay = 0.1")
    assert paper.training.weight_decay == 0.1


def test_sections_below_a_preset_win():
    config = preset(
        "spanbert", "modern", "base", "[training]\nsteps = 20000\n[model]\nnum_layers = 3"
    )
    assert (config.training.steps, config.model.num_layers) == (20_000, 3)
    assert (config.training.learning_rate, config.model.hidden_size) == (5e-4, 768)
    assert parse_config("", ["preset.model=bert"]).objective.nsp


def test_reference_baselines_have_the_published_norm_epsilon():
    assert preset("bert", "reference").model.layer_norm_eps == 1e-5
    assert preset("spanbert", "reference").model.layer_norm_eps == 1e-12
    assert preset("bert", "modern").model.layer_norm_eps == 1e-12


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[preset]\nmodel = "robert"', "must be one of '', 'bert', 'bert-1seq', 'spanbert'"),
        ('[preset]\nmodle = "bert"', "did you mean preset.model?"),
        ("preset = 1", "preset must be a table"),
        ('[preset]\nmodel = "bert"\n[shards]\npairs = false', "needs shards.pairs = true"),
        ('[masking]\nscheme = "noun-phrases"', "needs shards.annotator"),
    ],
)
def test_a_bad_preset_is_refused_in_one_line(text, told):
    with pytest.raises(ConfigError) as refused:
        parse_config(text)
    assert told in str(refused.value)

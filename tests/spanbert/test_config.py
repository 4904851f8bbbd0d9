"""Settings: strict, typed, and equal after a round trip."""

import dataclasses
from pathlib import Path

import pytest

from spanbert.config import Config, load_config, parse_config, to_toml
from spanbert.errors import ConfigError

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.toml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_shipped_settings_load_and_survive_a_round_trip(path):
    config = load_config(path)
    assert parse_config(to_toml(config)) == config


def test_strings_survive_a_round_trip():
    odd = 'quote " backslash \\ newline \n tab \t é 漢 \U0001f600 \x7f end'
    config = Config(corpus=dataclasses.replace(Config().corpus, sources=(odd,), licence=odd))
    assert parse_config(to_toml(config)) == config


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[training]\nlerning_rate = 1.0", "did you mean training.learning_rate?"),
        ("[trainning]\nsteps = 1", "did you mean training?"),
        ("steps = 1", "unknown key steps"),
        ("training = 1", "training must be a table"),
        ('[training]\nsteps = "many"', "training.steps = 'many' must be of type int"),
        ("[training]\nsteps = true", "training.steps = True must be of type int"),
        ('[training]\nprecision = "fp8"', "must be one of 'fp32', 'bf16'"),
        ('[corpus]\nsources = "a.txt"', "must be a list"),
        ("[corpus]\nsources = [1]", "must be of type str"),
        ("[masking]\nmask_rate = 1.5", "masking.mask_rate = 1.5 must be in (0, 1)"),
        ("[model]\nnum_heads = 7", "not a multiple of model.num_heads = 7"),
        ("[training]\nwarmup_steps = 300000", "must be below training.steps"),
        ("[shards]\nmax_pieces = 511", "exceeds model.max_positions"),
        ("[coref]\nffnn_size = 9999999999", "coref.ffnn_size = 9999999999 > 100000"),
        ("[qa]\nmax_grad_norm = 0.0", "qa.max_grad_norm = 0.0 must be above 0"),
        ('[run]\nname = "../up"', "lower-case letters"),
        ("[run]\nseed = -5", "run.seed = -5 < 0"),
        ("[run", "not valid TOML"),
        ("[training]\nlearning_rate = inf", "training.learning_rate = inf must be finite"),
        ("[masking]\nmask_rate = nan", "masking.mask_rate = nan must be finite"),
    ],
)
def test_a_bad_setting_is_refused_in_one_line(text, told):
    with pytest.raises(ConfigError) as refused:
        parse_config(text)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_value_set_by_hand_counts_and_not_the_grid_of_a_recipe():
    recipe = "[glue]\ndev = ['d']\nepoch_counts = [10]\nlearning_rates = [1e-5, 2e-5]"
    found = parse_config(recipe, ["glue.epochs=1"]).glue
    assert (found.epochs, found.epoch_counts) == (1, ())
    assert found.learning_rates == (1e-5, 2e-5)
    found = parse_config(recipe, ["glue.epochs=1", "glue.epoch_counts=[3]"]).glue
    assert found.epoch_counts == (3,)  # the last word counts
    found = parse_config(recipe, ["glue.epoch_counts=[3, 5]", "glue.epochs=1"]).glue
    assert (found.epochs, found.epoch_counts) == (1, ())


def test_segments_to_pretrain_on_do_not_matter_where_nothing_is_pretrained():
    alone = ["training.start=encoder", "model.max_positions=64"]
    assert parse_config("", alone).only_finetunes
    with pytest.raises(ConfigError, match=r"exceeds model\.max_positions"):
        parse_config("", [*alone, "corpus.sources=['a.txt']"])


def test_overrides_are_parsed_as_values_or_taken_as_strings():
    config = parse_config(
        "[training]\nsteps = 5\nwarmup_steps = 1",
        ["training.steps=7", "training.learning_rate=3", "run.name=other", "qa.dev=['a.json']"],
    )
    assert (config.training.steps, config.training.learning_rate) == (7, 3.0)
    assert (config.run.name, config.qa.dev) == ("other", ("a.json",))


@pytest.mark.parametrize("override", ["training.steps", "steps=1", "=1", "training.=1"])
def test_a_malformed_override_shows_the_form(override):
    with pytest.raises(ConfigError, match=r"section\.key=value"):
        parse_config("", [override])


def test_the_run_id_depends_on_settings_but_not_on_where_runs_are_kept():
    config = parse_config("")
    assert parse_config("", ["run.folder=elsewhere"]).run_id == config.run_id
    assert parse_config("", ["training.steps=299999"]).run_id != config.run_id


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load_config(tmp_path / "nowhere.toml")


def test_an_override_inside_what_is_no_table_is_refused():
    with pytest.raises(ConfigError, match="training must be a table"):
        parse_config("training = 1", ["training.steps=5"])

"""`spanbert plan`: tables for people, JSON for programs, mistakes in one line; and its page."""

import json
import re
import shlex
from pathlib import Path

import pytest

from spanbert.cli import main
from spanbert.planning.hardware import HARDWARE
from spanbert.verbs.planning import VERBS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "scaling.md").read_text()
SHOWN = re.findall(r"```console\n\$ spanbert (plan .*?)\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch):
    monkeypatch.chdir(ROOT)


def run(words, capsys):
    code = main(shlex.split(words))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_the_page_shows_plans_of_both_models_on_both_kinds():
    commands = " ".join(command for command, _ in SHOWN)
    for part in ("base", "large", "h100", "h200", ":8,64,1000", "v100-32", "--price"):
        assert part in commands


@pytest.mark.parametrize(("command", "table"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_tables_of_the_page_are_what_the_verb_prints(command, table, capsys):
    code, out, _ = run(command, capsys)
    assert code == 0
    assert out == table


@pytest.mark.parametrize("hardware", HARDWARE)
def test_every_hardware_plans_in_78_columns(hardware, capsys):
    code, out, _ = run(
        f"plan --model large --accelerator {hardware}:1,64,1000 --price 98.32 --corpus-tokens 3e9",
        capsys,
    )
    assert code == 0
    assert max(map(len, out.splitlines())) <= 78


def test_the_help_names_every_hardware():
    known, _, _ = VERBS[0].options["--accelerator"]["help"].partition(",")
    assert known.split() == list(HARDWARE)


def test_a_size_is_the_file_of_that_size(capsys):
    for size in ("base", "large"):
        words = "--accelerator h100:8 --set training.steps=20000"
        _, by_file, _ = run(f"plan --config configs/{size}.toml {words}", capsys)
        _, by_name, _ = run(f"plan --model {size} {words}", capsys)
        assert by_name == by_file
        assert f"spanbert-{size} on h100" in by_name


def test_money_and_storage_are_told_where_price_and_corpus_are_stated(capsys):
    words = "plan --model large --accelerator h100:32"
    _, without, _ = run(words, capsys)
    assert "--price says the money" in without
    assert "shards unknown without --corpus-tokens" in without
    _, told, _ = run(f"{words} --price 2.50 --corpus-tokens 4e9", capsys)
    assert "2.5 a device-hour" in told
    assert "8.6 for shards" in told
    found = json.loads(run(f"{words} --price 2.50 --corpus-tokens 4e9 --json", capsys)[1])
    [plan] = found["plans"]
    assert plan["money"] == pytest.approx(2.5 * plan["device_hours"])
    assert f"{plan['money']:,.0f}" in told
    assert found["disk_bytes"]["shards"] == pytest.approx(8.6e9, rel=0.01)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "35.0% is assumed, from ModernBERT issue 236"),
        ("--mfu 0.41", "41.0% is what --mfu states"),
        ("--tokens-per-second 200000", "40.8% is what 200,000 tokens/s of one device make"),
    ],
)
def test_a_share_of_the_peak_is_told_with_its_source(words, told, capsys):
    assert told in run(f"plan --model large --accelerator h100:32 {words}", capsys)[1]


def test_a_program_reads_the_same(capsys):
    code, out, _ = run(
        "plan --config configs/large.toml --accelerator h100 --set training.shard_optimizer=true"
        " --segment-tokens 336 --json",
        capsys,
    )
    assert code == 0
    found = json.loads(out)
    assert found["training"]["shard_optimizer"]
    assert found["gradient_bytes"] == 4
    assert found["segment_tokens"] == 336
    assert found["hardware"]["sources"]
    [plan] = found["plans"]
    assert plan["workers"] == 32
    assert plan["step_s"] == pytest.approx(sum(plan["parts"].values()))
    assert plan["limit"] in plan["parts"]
    total = plan["memory"].pop("total")
    assert total == pytest.approx(sum(plan["memory"].values()))


def test_own_figures_stand_in_for_the_assumed_ones(capsys):
    words = "plan --model large --accelerator here --mfu 0.5 --flops 1e12 --json"
    found = json.loads(run(words, capsys)[1])
    assert (found["share_reached"], found["peak_flops"]) == (0.5, 1e12)
    slow = json.loads(run(f"{words} --loading-speed 10", capsys)[1])
    assert (slow["loading_tokens_s"], slow["plans"][0]["limit"]) == (10, "loading")


def test_settings_of_training_are_planned_with(capsys):
    words = "plan --model large --accelerator h100:8 --json"
    [plain] = json.loads(run(words, capsys)[1])["plans"]
    for setting, part in (
        ("shard_optimizer", "moments"),
        ("checkpoint_activations", "activations"),
    ):
        [less] = json.loads(run(f"{words} --set training.{setting}=true", capsys)[1])["plans"]
        assert less["memory"][part] < plain["memory"][part]
        others = set(plain["memory"]) - {part, "total"}
        assert all(less["memory"][other] == plain["memory"][other] for other in others)


def test_the_published_layout_has_the_published_gradient(capsys):
    words = "plan --model large --accelerator v100-32 --published-fill 1 --json"
    assert json.loads(run(words, capsys)[1])["gradient_bytes"] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--accelerator h10", "--accelerator: unknown accelerator 'h10' -> did you mean h100?"),
        ("--accelerator HERE", "did you mean here?"),
        ("--accelerator abacus:8", "known: v100-16, v100-32"),
        ("--accelerator ''", "unknown accelerator ''"),
        ("--accelerator h100:0", "--accelerator: '0' must be whole numbers above 0"),
        ("--accelerator h100:8,-1", "for example h100:8,64"),
        ("--accelerator h100:8,,64", "must be whole numbers"),
        ("--accelerator h100:1.5", "must be whole numbers"),
        ("--accelerator h100:8:8", "must be whole numbers"),
        ("--accelerator h100 --mfu 1.1", "--mfu: 1.1 must be above 0 and at most 1"),
        ("--accelerator h100 --mfu 0", "--mfu: 0.0 must be"),
        ("--accelerator h100 --mfu nan", "--mfu: nan must be"),
        ("--accelerator h100 --flops -1", "--flops: -1.0 must be"),
        ("--accelerator h100 --network inf", "--network: inf must be"),
        ("--accelerator h100 --loading-speed 0", "--loading-speed: 0.0 must be"),
        ("--accelerator h100 --segment-tokens 513", "--segment-tokens: 513.0 must be"),
        ("--accelerator h100 --segment-tokens 0", "--segment-tokens: 0.0 must be"),
        ("--accelerator h100 --published-fill 2", "--published-fill: 2.0 must be"),
        ("--accelerator h100 --price -2.5", "--price: -2.5 must be above 0"),
        ("--accelerator h100 --price nan", "--price: nan must be"),
        ("--accelerator h100 --corpus-tokens 0", "--corpus-tokens: 0.0 must be"),
        ("--accelerator h100 --tokens-per-second 0", "--tokens-per-second: 0.0 must be"),
        (
            "--accelerator h100 --tokens-per-second 1e6",
            "is above the peak of h100 -> of one device",
        ),
        ("--accelerator h100 --tokens-per-second 9 --mfu 0.3", "--mfu: a measured speed has its"),
        ("--accelerator h100 --set training.lr=1", "unknown key training.lr"),
        (
            "--accelerator h100 --set training.hours_between_failures=0.01",
            "training.hours_between_failures: each failure costs",
        ),
        ("--accelerator h100 --config configs/large.toml", "the model must be named once"),
    ],
)
def test_a_mistake_is_told_in_one_line(words, told, capsys):
    code, out, err = run(f"plan --model large {words}", capsys)
    assert code == 2
    assert told in err
    assert err.count("\n") == 1
    assert out == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "the model must be named once -> --model base or large, or --config TOML"),
        ("--model huge", "--model: 'huge' must be base or large -> or pass --config TOML"),
        ("--config missing.toml", "missing.toml: cannot read it"),
    ],
)
def test_a_model_that_is_none_is_told_in_one_line(words, told, capsys):
    code, out, err = run(f"plan --accelerator h100:8 {words}", capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert told in err

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
    for part in ("base.toml", "large.toml", "h100", "h200", "8,64,1000", "v100-32"):
        assert part in commands


@pytest.mark.parametrize(("command", "table"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_tables_of_the_page_are_what_the_verb_prints(command, table, capsys):
    code, out, _ = run(command, capsys)
    assert code == 0
    assert out == table


@pytest.mark.parametrize("hardware", HARDWARE)
def test_every_hardware_plans_in_78_columns(hardware, capsys):
    code, out, _ = run(
        f"plan --config configs/large.toml --hardware {hardware} --workers 1,64,1000", capsys
    )
    assert code == 0
    assert max(map(len, out.splitlines())) <= 78


def test_the_help_names_every_hardware():
    assert VERBS[0].options["--hardware"]["help"].split() == list(HARDWARE)


def test_a_program_reads_the_same(capsys):
    code, out, _ = run(
        "plan --config configs/large.toml --hardware h100 --set training.shard_optimizer=true"
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
    words = "plan --config configs/large.toml --hardware here --mfu 0.5 --flops 1e12 --json"
    found = json.loads(run(words, capsys)[1])
    assert (found["share_reached"], found["peak_flops"]) == (0.5, 1e12)
    slow = json.loads(run(f"{words} --loading-speed 10", capsys)[1])
    assert (slow["loading_tokens_s"], slow["plans"][0]["limit"]) == (10, "loading")


def test_settings_of_training_are_planned_with(capsys):
    words = "plan --config configs/large.toml --hardware h100 --workers 8 --json"
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
    words = "plan --config configs/large.toml --hardware v100-32 --published-fill 1 --json"
    assert json.loads(run(words, capsys)[1])["gradient_bytes"] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--hardware h10", "--hardware: unknown hardware 'h10' -> did you mean h100?"),
        ("--hardware HERE", "did you mean here?"),
        ("--hardware abacus", "known: v100-16, v100-32"),
        ("--hardware h100 --workers 0", "--workers: '0' must be whole numbers above 0"),
        ("--hardware h100 --workers 8,-1", "for example --workers 8,64"),
        ("--hardware h100 --workers 8,,64", "must be whole numbers"),
        ("--hardware h100 --workers 1.5", "must be whole numbers"),
        ("--hardware h100 --mfu 1.1", "--mfu: 1.1 must be above 0 and at most 1"),
        ("--hardware h100 --mfu 0", "--mfu: 0.0 must be"),
        ("--hardware h100 --mfu nan", "--mfu: nan must be"),
        ("--hardware h100 --flops -1", "--flops: -1.0 must be"),
        ("--hardware h100 --network inf", "--network: inf must be"),
        ("--hardware h100 --loading-speed 0", "--loading-speed: 0.0 must be"),
        ("--hardware h100 --segment-tokens 513", "--segment-tokens: 513.0 must be"),
        ("--hardware h100 --segment-tokens 0", "--segment-tokens: 0.0 must be"),
        ("--hardware h100 --published-fill 2", "--published-fill: 2.0 must be"),
        ("--hardware h100 --set training.lr=1", "unknown key training.lr"),
    ],
)
def test_a_mistake_is_told_in_one_line(words, told, capsys):
    code, out, err = run(f"plan --config configs/large.toml {words}", capsys)
    assert code == 2
    assert told in err
    assert err.count("\n") == 1
    assert out == ""

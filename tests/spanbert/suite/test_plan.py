"""Which cells a suite has, with which settings, and why others cannot be run."""

import gzip
import json
from dataclasses import replace

import pytest
import tiny
import tiny_suite

from spanbert.errors import ConfigError, DataError
from spanbert.suite.plan import Asked, finetuned_for, plan_suite

QA = ("first", "bad", "second")  # benchmarks of question answering that can be run


@pytest.fixture
def asked(start, tmp_path):
    path = tiny_suite.write_suite(tmp_path / "suite")
    return Asked(str(path), path.parent / "data", start, (1, 2))


@pytest.fixture
def base(tmp_path):
    return tiny.config(tmp_path)


def plan(asked, base, code="code"):
    return plan_suite(asked, base, code)


def names(plan):
    return [cell.name for _, cell in plan.cells]


def test_a_cell_for_each_benchmark_that_can_be_run_and_each_seed(asked, base):
    found = [(one.benchmark.name, cell.seed) for one, cell in plan(asked, base).cells]
    assert found == [(name, seed) for name in (*QA, "sentences") for seed in (1, 2)]


def test_a_cell_has_its_recipe_its_files_and_its_seed_among_shared_settings(asked, base):
    one, cell = plan(asked, base).cells[4]
    recipe = cell.config.qa
    assert recipe.dev == (str(asked.data / "b.json"),)
    assert recipe.train == (str(asked.data / "a.json"),)
    assert (recipe.learning_rates, recipe.seeds) == ((1e-3, 1e-4), ())
    assert (cell.config.run.name, cell.config.run.seed) == ("second-1", 1)
    assert cell.config.run.folder == base.run.folder
    assert cell.config.corpus.sources == ()
    assert [(file.split, file.name) for file in one.files] == [
        ("train", "a.json"),
        ("dev", "b.json"),
    ]


def test_files_that_are_not_there_are_told_with_licence_and_source(asked, base):
    whole = plan(asked, base)
    assert whole.failure is None
    assert whole.benchmarks[3].why_not == (
        f"absent from {asked.data}: gone.json (licence: LDC) -> https://example.org/third"
    )


def test_a_file_that_cannot_be_used_keeps_the_others_from_nothing(asked, base):
    (asked.data / "b.json").write_text("{}")
    whole = plan(asked, base)
    assert [bool(one.cells) for one in whole.benchmarks] == [True, True, False, False, True]
    assert "b.json" in whole.benchmarks[2].why_not
    assert isinstance(whole.failure, DataError)
    assert str(whole.failure) == whole.benchmarks[2].why_not


def test_a_compressed_file_is_the_same_file(asked, base):
    path = asked.data / "b.json"
    path.with_name("b.json.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    assert plan(asked, base).benchmarks[2].files[1].name == "b.json.gz"


def test_without_a_grid_one_setting_is_left_and_what_is_set_counts(asked, base):
    without = replace(asked, has_grids=False)
    recipe = plan(without, base).cells[0][1].config.qa
    assert (recipe.learning_rates, recipe.learning_rate) == ((), 2e-5)
    changed = replace(without, overrides=("qa.learning_rate=0.5", "qa.epochs = 3"))
    recipe = plan(changed, base).cells[0][1].config.qa
    assert (recipe.learning_rates, recipe.learning_rate, recipe.epochs) == ((), 0.5, 3)


def test_one_value_of_a_grid_stays_where_it_is_not_set(asked, base):
    recipe = asked.data.parent / "recipe.toml"
    recipe.write_text(recipe.read_text() + "epoch_counts = [9]\n")
    without = replace(asked, has_grids=False)
    assert plan(without, base).cells[0][1].config.qa.epoch_counts == (9,)
    changed = replace(without, overrides=("qa.epochs=3",))
    assert plan(changed, base).cells[0][1].config.qa.epoch_counts == ()


def test_a_cell_keeps_its_name_when_the_suite_grows(asked, base):
    few = replace(asked, seeds=(2,), only=("second",))
    assert set(names(plan(few, base))) < set(names(plan(asked, base)))
    assert plan(few, base).id == plan(asked, base).id


@pytest.mark.parametrize("change", ["file", "setting", "code", "start"])
def test_what_decides_a_cell_is_in_its_name(change, asked, base):
    before, code = names(plan(asked, base)), "code"
    if change == "file":
        (asked.data / "b.json").write_text((asked.data / "b.json").read_text() + " ")
    elif change == "setting":
        asked = replace(asked, overrides=("qa.epochs=2",))
    elif change == "code":
        code = "other"
    else:
        weights = asked.start / "config.json"
        weights.write_text(weights.read_text() + " ")
    after = names(plan(asked, base, code))
    assert not set(after[4:6]) & set(before)  # those of the second benchmark
    assert (after[:4] == before[:4]) == (change == "file")
    # settings of question answering are none of classification's
    assert (after[6:] == before[6:]) == (change in ("file", "setting"))


def test_files_that_a_recipe_finds_by_a_folder_are_looked_for_there(asked, base):
    one, cell = plan(asked, base).cells[6]
    names = [file.name for file in one.files]
    assert names == ["glue/SST-2/train.tsv", "glue/SST-2/dev.tsv"]
    assert cell.config.glue.files == tuple(str(asked.data / name) for name in names)


def test_settings_of_other_tasks_change_no_cell(asked, base):
    changed = replace(base, qa=replace(base.qa, epochs=9))
    assert names(plan(asked, changed)) == names(plan(asked, base))


def test_averages_and_notes_of_what_was_not_asked_for_are_left_out(asked, base):
    few = replace(asked, only=("second", "first"))
    table = json.loads(plan(few, base).to_json())
    assert [one["title"] for one in table["averages"]] == ["Both"]
    assert [one["name"] for one in table["benchmarks"]] == ["first", "second"]
    assert table["notes"] == ["A note of the second."]
    alone = replace(asked, only=("first",))
    assert json.loads(plan(alone, base).to_json())["notes"] == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"only": ("secnd",)}, "no benchmark 'secnd' -> did you mean second?"),
        ({"overrides": ("qa.lr=1",)}, "--set, for benchmark 'first': unknown key qa.lr"),
        ({"seeds": (1, -5)}, "--seeds -5 < 0"),
    ],
)
def test_a_mistake_is_told_before_anything_runs(changes, told, asked, base):
    with pytest.raises(ConfigError) as refused:
        plan(replace(asked, **changes), base)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('score = "accuracy"', 'score = "acc"', ": no figure 'acc' -> did you mean accuracy?"),
        ('score = "accuracy"', 'score = "dev.accuracy"', ": no figure 'dev.accuracy' -> did you"),
        (
            'kind = "glue"',
            'kind = "relations"',
            ": kind = 'relations', and recipe = 'sentences.toml' has settings of glue -> write",
        ),
        (
            'recipe = "sentences.toml"',
            'recipe = "gone.toml"',
            ": recipe = 'gone.toml' cannot be read",
        ),
        ("[[notes]]", 'settings = ["glue.lr=1"]\n[[notes]]', ", settings: unknown key glue.lr"),
        ("[[notes]]", 'settings = ["qa.epochs=1"]\n[[notes]]', ": settings has 'qa.epochs=1', and"),
    ],
)
def test_a_mistake_in_a_list_is_told_with_its_file_and_benchmark(before, after, told, asked, base):
    path = asked.data.parent / "tiny.toml"
    path.write_text(path.read_text().replace(before, after, 1))
    with pytest.raises(ConfigError) as refused:
        plan(asked, base)
    assert str(refused.value).startswith(f"{path}, benchmark 'sentences'{told}")


def test_a_mistake_in_a_recipe_is_told_with_the_recipe(asked, base):
    recipe = asked.data.parent / "sentences.toml"
    recipe.write_text(recipe.read_text() + "lr = 1\n")
    with pytest.raises(ConfigError) as refused:
        plan(asked, base)
    assert str(refused.value).startswith(f"{recipe}: unknown key glue.lr")


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../tiny.toml", "glue/../../tiny.toml", "..", ".", "", "glue/.."]
)
def test_a_file_outside_the_folder_of_data_is_refused(name, asked, base):
    path = asked.data.parent / "tiny.toml"
    path.write_text(path.read_text().replace("gone.json", name))
    with pytest.raises(ConfigError) as refused:
        plan(asked, base)
    told = f"{path}, benchmark 'third': the file {name!r} is not below the folder of --data"
    assert str(refused.value).startswith(told)
    recipe = asked.data.parent / "recipe.toml"
    recipe.write_text(recipe.read_text().replace("data/a.json", f"data/{name}", 1))
    with pytest.raises(ConfigError, match="benchmark 'first': the file"):
        plan(asked, base)


def test_a_name_that_leaves_a_folder_for_another_within_the_data_is_that_file(asked, base):
    path = asked.data.parent / "tiny.toml"
    path.write_text(path.read_text().replace("gone.json", "glue/../b.json"))
    assert [file.name for file in plan(asked, base).benchmarks[3].files] == ["a.json", "b.json"]


def test_a_folder_of_data_that_is_not_there_is_told(asked, base):
    with pytest.raises(DataError, match=r"nowhere: no such folder -> .* --data"):
        plan(replace(asked, data=asked.data / "nowhere"), base)


def test_all_inputs_that_are_too_long_are_told_at_once_but_not_of_absent_files(asked, base):
    long = replace(asked, overrides=("qa.max_length=512", "glue.max_length=99"))
    with pytest.raises(ConfigError) as refused:
        plan(long, base)
    assert str(refused.value) == (
        "the start has 96 positions, and longer inputs are asked for: qa.max_length = 512 (first,"
        " bad, second), glue.max_length = 99 (sentences) -> --set qa.max_length=96 --set"
        " glue.max_length=96"
    )
    assert plan(replace(long, only=("third",)), base).cells == []


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        ({"qa": {}, "model": {}, "seed": 1}, ["qa"]),  # a fine-tuned model
        ({"run": {}, "qa": {}, "coref": {}}, []),  # a pre-trained one, with all settings of its run
    ],
)
def test_a_start_that_was_fine_tuned_is_told_from_one_that_was_not(settings, kinds, tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps({"config": settings}))
    assert finetuned_for(tmp_path) == kinds

"""Suites as they ship, and what a suite's file must say."""

from pathlib import Path
from statistics import mean

import pytest
import tiny_suite

from spanbert.config import RunConfig, load_config
from spanbert.errors import ConfigError
from spanbert.suite.benchmarks import read_suite, suite_path
from spanbert.tasks.kinds import recipe_of

FOLDER = Path(__file__).parents[3] / "configs" / "suites"
PUBLISHED = {"MRQA": 81.5, "GLUE": 82.8}


@pytest.mark.parametrize("name", ["paper", "free"])
def test_the_suites_that_ship_name_recipes_that_are_there(name):
    suite = read_suite(FOLDER / f"{name}.toml")
    for benchmark in suite.benchmarks:
        config = load_config(FOLDER / benchmark.recipe, benchmark.settings)
        recipe = recipe_of(config, benchmark.kind)
        for split in ("train", "dev"):
            names = getattr(benchmark, split) or recipe.files_of(split)
            assert names, benchmark.name
            assert getattr(benchmark, split) or all(n.startswith("data/") for n in names)


def test_averages_of_the_papers_figures_are_the_papers():
    suite = read_suite(FOLDER / "paper.toml")
    figures = {one.name: [figure.paper for figure in one.figures] for one in suite.benchmarks}
    found = {one.title: mean(mean(figures[name]) for name in one.parts) for one in suite.averages}
    assert {title: round(value, 1) for title, value in found.items()} == PUBLISHED


def test_a_suite_is_named_by_its_path_or_its_name(tmp_path):
    path = tiny_suite.write_suite(tmp_path / "s")
    assert suite_path(str(path)) == path
    assert suite_path("paper") == Path("configs/suites/paper.toml")
    names = [benchmark.name for benchmark in read_suite(path).benchmarks]
    assert names == ["first", "bad", "second", "third", "sentences"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('name = "bad"', 'name = "first"', "two benchmarks are named 'first'"),
        ('name = "bad"', 'name = "Bad"', "benchmark 'Bad' must be named by"),
        ('kind = "qa"', 'kind = "qu"', "no kind 'qu' -> did you mean qa?"),
        (
            'overlaps = ["first"]',
            'overlaps = ["fist"]',
            "no benchmark 'fist' -> did you mean first",
        ),
        ('parts = ["first", "second"]', 'parts = ["no"]', "no benchmark 'no'"),
        ('figures = [{ score = "f1", title = "F1" }]', "figures = []", "'bad' has no figures"),
        ('title = "Tiny"', "title = ", "not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_the_file(before, after, told, tmp_path):
    path = tiny_suite.write_suite(tmp_path / "s")
    path.write_text(path.read_text().replace(before, after, 1))
    with pytest.raises(ConfigError) as refused:
        read_suite(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert told in str(refused.value)


def test_a_name_that_is_no_suite_tells_those_there_are(tmp_path, monkeypatch):
    monkeypatch.chdir(FOLDER.parents[1])
    with pytest.raises(ConfigError) as refused:
        read_suite(suite_path("papers"))
    assert "a name of configs/suites: free, paper" in str(refused.value)


def test_elsewhere_it_is_told_where_names_of_suites_are_known(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as refused:
        read_suite(suite_path("free"))
    assert "by its name one is found in the repository's root alone" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("mine_u", "mine-u"),
        ("Mine", "mine"),
        ("mine-", "mine"),
        ("a" * 35, "a" * 34),
        ("b" * 33 + "_c", "b" * 33),
        ("__", "mine"),
    ],
)
def test_a_file_whose_name_cannot_be_the_folders_is_to_be_renamed(name, better, tmp_path):
    path = tiny_suite.write_suite(tmp_path / "s")
    with pytest.raises(ConfigError) as refused:
        read_suite(path.rename(path.with_name(f"{name}.toml")))
    assert str(refused.value).endswith(f"-> rename the file to {better}.toml")
    assert "1 to 34 lower-case letters, digits or hyphens" in str(refused.value)
    read_suite(path.with_name(f"{name}.toml").rename(path.with_name(f"{better}.toml")))
    assert RunConfig(name=f"suite-{better}")

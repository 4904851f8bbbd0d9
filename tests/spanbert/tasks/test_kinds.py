"""The kinds of task: each has its settings, and all that a pipeline calls for it works together."""

from dataclasses import replace

import coref_documents
import glue_example
import pytest
import relation_example
import tiny

from spanbert.config import parse_config
from spanbert.errors import DataError
from spanbert.model.config import ModelConfig
from spanbert.suite.results import keep_scores
from spanbert.tasks.config import RecipeConfig
from spanbert.tasks.coref.writing import write_conll
from spanbert.tasks.kinds import KINDS, kinds_of, recipe_of

SIZES = ModelConfig(
    hidden_size=16, num_layers=1, num_heads=2, intermediate_size=24, max_positions=96
)
BRIEF = {
    "qa": ["max_length=64", "max_question_pieces=16"],
    "coref": ["segment_length=64", "ffnn_size=16", "max_span_width=8"],
    "glue": ["max_length=64"],
    "relations": ["max_length=64"],
}


def files_of(kind, folder):
    """Settings that name a small file for each split."""
    if kind == "qa":
        return {"train": tiny.write_questions(folder), "dev": tiny.write_questions(folder)}
    if kind == "coref":
        documents = [coref_documents.made_up(seed, name=f"nw/{seed}_0") for seed in range(4)]
        write_conll(documents, folder / "coref.conll")
        return dict.fromkeys(("train", "dev"), folder / "coref.conll")
    if kind == "relations":
        path = relation_example.write_lines(folder / "a.jsonl", relation_example.records())
        return dict.fromkeys(("train", "dev"), path)
    glue_example.write_sst2(folder)
    return {split: folder / "SST-2" / f"{split}.tsv" for split in ("train", "dev")}


@pytest.fixture(params=KINDS)
def kind(request):
    """The name of each kind."""
    return request.param


@pytest.fixture
def recipe(kind, tmp_path):
    """Settings of a short training."""
    files = [f'{split}=["{path}"]' for split, path in files_of(kind, tmp_path).items()]
    settings = ["epochs=1", *BRIEF[kind], *files]
    return recipe_of(parse_config("", [f"{kind}.{setting}" for setting in settings]), kind)


def test_a_kind_is_named_as_its_settings_are(kind):
    recipe = recipe_of(parse_config(""), kind)
    assert isinstance(recipe, RecipeConfig)
    assert recipe.section == kind


def test_kinds_are_those_whose_settings_name_training_files(kind):
    assert kinds_of(parse_config("")) == ()
    assert kinds_of(parse_config("", [f'{kind}.train=["a"]'])) == (kind,)


def test_a_model_is_trained_and_its_evaluation_says_what_a_table_needs(
    kind, recipe, artifacts, tmp_path
):
    called = KINDS[kind]()
    training = called.finetune(
        tmp_path / "model",
        start=None,
        tokenizer=artifacts.tokenizer,
        model=SIZES,
        config=recipe,
        seed=1,
    )
    assert training.counts
    result = called.evaluate(tmp_path / "model", recipe, show_examples=False, say=print)
    assert result["split"] == "dev"
    assert len(result[called.rows]) == next(v for k, v in result.items() if k.startswith("num_"))
    figures = {name: value for name, value in result.items() if isinstance(value, float)}
    assert figures
    assert all(0 <= value <= 100 for value in figures.values())
    assert set(keep_scores(tmp_path, result)) == set(called.figures(recipe))
    with_test = replace(recipe, test=recipe.files_of("dev"))
    result = called.evaluate(tmp_path / "model", with_test, show_examples=False, say=print)
    assert set(keep_scores(tmp_path, result)) == set(called.figures(with_test))


@pytest.mark.parametrize("metric", ["semeval", "accuracy"])
def test_figures_of_relations_are_those_of_the_metric(metric):
    config = parse_config("", [f"relations.metric={metric}", 'relations.dev=["a"]']).relations
    names = {"semeval": ("recall", "precision", "f1"), "accuracy": ("accuracy",)}
    assert KINDS["relations"]().figures(config) == names[metric]


def test_figures_of_another_split_are_named_with_it():
    glue = parse_config("", ["glue.task=mnli", "glue.data=glue"]).glue
    assert KINDS["glue"]().figures(glue) == ("accuracy", "mismatched.accuracy")
    halved = parse_config("", ['qa.dev=["a"]', "qa.halve_dev=true"]).qa
    assert "dev.f1" in KINDS["qa"]().figures(halved)


@pytest.mark.parametrize("split", ["train", "dev"])
def test_a_file_that_cannot_be_used_is_refused_before_anything_works(kind, recipe, split):
    KINDS[kind]().require_readable(recipe)
    (path,) = recipe.files_of(split)
    with open(path, "w") as handle:
        handle.write("{")
    with pytest.raises(DataError):
        KINDS[kind]().require_readable(recipe)

"""Settings of fine-tuning: the paper's recipes, and what is refused."""

from pathlib import Path

import pytest

from spanbert.config import load_config, parse_config
from spanbert.errors import ConfigError
from spanbert.tasks.glue.table import TASKS
from spanbert.tasks.search import grid_of

RECIPES = Path(__file__).parents[3] / "configs" / "tasks"
MRQA = {
    "newsqa": "NewsQA",
    "triviaqa": "TriviaQA-web",
    "searchqa": "SearchQA",
    "hotpotqa": "HotpotQA",
    "naturalquestions": "NaturalQuestionsShort",
}
SQUAD = {"squad11": "v1.1.json", "squad20": "v2.0.json"}
COREF = {"ontonotes": "english.v4", "litbank": "v4", "ontogum": "v4"}
RELATIONS = {  # how entities are shown, by what is chosen, and what is no relation
    "tacred": ("ner", "micro_f1", "no_relation"),
    "redocred": ("ner", "micro_f1", "no_relation"),
    "semeval": ("text", "semeval", "Other"),
    "fewrel": ("text", "accuracy", ""),
}


def test_there_is_a_recipe_for_each_set_of_the_paper():
    assert {path.stem for path in RECIPES.glob("*.toml")} == {
        *MRQA,
        *SQUAD,
        *COREF,
        *TASKS,
        *RELATIONS,
    }


@pytest.mark.parametrize("name", [*SQUAD, *MRQA])
def test_a_recipe_holds_the_papers_values(name):
    config = load_config(RECIPES / f"{name}.toml")
    qa = config.qa
    places = {(cell.learning_rate, cell.batch_size, cell.epochs) for cell in grid_of(qa)}
    rates = (5e-6, 1e-5, 2e-5, 3e-5, 5e-5)
    assert places == {(rate, size, 4) for rate in rates for size in (16, 32)}
    lengths = (qa.max_length, qa.window_step, qa.max_question_pieces, qa.max_answer_pieces)
    assert lengths == (512, 128, 64, 30)
    assert (qa.warmup_fraction, qa.weight_decay, qa.max_grad_norm) == (0.1, 0.01, 1.0)
    assert (qa.num_best, qa.patience, qa.seeds) == (20, 0, ())
    assert qa.evaluations_per_epoch == (10 if name in SQUAD else 5)
    assert config.run.name == name


def require_recipe(recipe, epochs):
    """Settings that the paper's recipes of sentence classification share."""
    places = {(cell.learning_rate, cell.batch_size, cell.epochs) for cell in grid_of(recipe)}
    rates = (5e-6, 1e-5, 2e-5, 3e-5, 5e-5)
    assert places == {(rate, size, epochs) for rate in rates for size in (16, 32)}
    assert (recipe.warmup_fraction, recipe.weight_decay, recipe.max_grad_norm) == (0.1, 0.01, 1.0)
    assert (recipe.max_length, recipe.evaluations_per_epoch) == (128, 10)
    assert (recipe.patience, recipe.seeds, recipe.class_weights) == (0, (), False)


@pytest.mark.parametrize("name", TASKS)
def test_a_recipe_of_glue_holds_the_papers_values(name):
    config = load_config(RECIPES / f"{name}.toml")
    require_recipe(config.glue, epochs=4 if name == "cola" else 10)
    assert (config.run.name, config.glue.task) == (name, name)
    assert config.glue.files_of("train") == (f"data/glue/{TASKS[name].folder}/train.tsv",)


@pytest.mark.parametrize("name", RELATIONS)
def test_a_recipe_of_relations_holds_the_papers_values(name):
    config = load_config(RECIPES / f"{name}.toml")
    own = config.relations
    require_recipe(own, epochs=10)
    assert (own.entities, own.metric, own.negative) == RELATIONS[name]
    assert [Path(path).stem for path in own.files] == ["train", "dev", "test"]
    assert config.run.name == name


@pytest.mark.parametrize("name", [*SQUAD, *MRQA])
def test_a_recipe_names_files_as_they_are_published(name):
    qa = load_config(RECIPES / f"{name}.toml").qa
    if name in SQUAD:
        train, dev = (f"data/squad/{split}-{SQUAD[name]}" for split in ("train", "dev"))
    else:
        train, dev = (f"data/mrqa/{split}/{MRQA[name]}.jsonl.gz" for split in ("train", "dev"))
    assert (qa.train, qa.dev, qa.test) == ((train,), (dev,), ())
    assert qa.halve_dev == (name in MRQA)


@pytest.mark.parametrize("name", COREF)
def test_a_coreference_recipe_holds_the_papers_values(name):
    config = load_config(RECIPES / f"{name}.toml")
    coref = config.coref
    lengths = (coref.max_span_width, coref.span_ratio, coref.max_spans, coref.max_antecedents)
    assert lengths == (30, 0.4, 3900, 50)
    sizes = (coref.ffnn_size, coref.feature_size, coref.head_dropout, coref.batch_size)
    assert sizes == (3000, 20, 0.3, 1)
    optimised = (coref.epochs, coref.warmup_fraction, coref.weight_decay, coref.max_grad_norm)
    assert optimised == (20, 0.1, 0.01, 1.0)
    assert coref.max_training_segments == 3
    places = {(cell.learning_rate, cell.task_learning_rate) for cell in grid_of(coref)}
    grid = {(low, high) for low in (1e-5, 2e-5) for high in (1e-4, 2e-4, 3e-4)}
    assert places == ({(1e-5, 3e-4)} if name == "ontonotes" else grid)
    assert coref.segment_length == (512 if name == "ontonotes" else 384)
    assert coref.singletons == (name == "litbank")
    assert not coref.overlap
    assert not coref.refinement_rounds
    assert coref.train[0].endswith(f"train.{COREF[name]}_gold_conll")
    assert bool(coref.test) == (name == "ontonotes")
    assert config.run.name == name


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["coref.segment_length=7"], "coref.segment_length = 7 < 8"),
        (["coref.span_ratio=0"], "coref.span_ratio = 0.0 must be in (0, 1]"),
        (["coref.head_dropout=1"], "coref.head_dropout = 1.0 must be in [0, 1)"),
        (["coref.max_span_width=0"], "coref.max_span_width = 0 < 1"),
        (["coref.task_learning_rates=[1e-4, 1e-4]"], "coref.task_learning_rates has 0.0001 more"),
        (["coref.task_learning_rate=-1.0"], "coref.task_learning_rate = -1.0 < 0"),
        (["coref.task_learning_rates=[1e-4, 1e-3]"], "coref.dev names no file"),
        (["coref.evaluations_per_epoch=1"], "coref.dev names no file"),
        (["coref.train=['a']", "coref.segment_length=600"], "exceeds model.max_positions = 512"),
        (["coref.singleton=true"], "did you mean coref.singletons"),
        (["qa.learning_rates=[1e-5, 1e-5]"], "qa.learning_rates has 1e-05 more than once"),
        (["qa.seeds=[3, 4, 3]"], "qa.seeds has 3 more than once"),
        (["qa.batch_sizes=[16, 0]"], "qa.batch_sizes = 0 < 1"),
        (["qa.epochs=0"], "qa.epochs = 0 < 1"),
        (["qa.learning_rate=-1e-5"], "qa.learning_rate = -1e-05 < 0"),
        (["qa.seeds=[-1]"], "qa.seeds = -1 < 0"),
        (["qa.evaluations_per_epoch=-1"], "qa.evaluations_per_epoch = -1 < 0"),
        (["qa.warmup_fraction=7"], "qa.warmup_fraction = 7.0 must be in [0, 1]"),
        (["qa.weight_decay=-3"], "qa.weight_decay = -3.0 < 0"),
        (["qa.max_grad_norm=-1"], "qa.max_grad_norm = -1.0 must be above 0"),
        (["qa.patience=2"], "qa.patience = 2 counts evaluations, and"),
        (["qa.patience=-2", "qa.evaluations_per_epoch=1"], "qa.patience = -2 < 0"),
        (["qa.batch_sizes=[16, 32]"], "qa.dev names no file"),
        (["qa.seeds=[1, 2]"], "qa.dev names no file"),
        (["qa.evaluations_per_epoch=1"], "qa.dev names no file"),
        (["qa.halve_dev=true", "qa.test=['a']"], "qa.test names another"),
        (["qa.batch_size_s=[1]"], "did you mean qa.batch_size"),
        (["qa.seeds=['1']"], "must be of type int"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(changes, told):
    with pytest.raises(ConfigError) as refused:
        parse_config("", changes)
    assert told in str(refused.value)
    assert refused.value.exit_code == 2


def test_one_value_of_each_is_no_comparison_and_needs_no_dev():
    changes = ["qa.seeds=[3]", "qa.batch_sizes=[8]", "qa.learning_rates=[1e-3]"]
    qa = parse_config("", changes).qa
    assert not qa.compares
    (only,) = grid_of(qa)
    assert (only.batch_size, only.learning_rate, only.epochs) == (8, 1e-3, 4)

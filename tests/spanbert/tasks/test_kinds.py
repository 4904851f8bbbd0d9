"""The kinds of task: each has its settings, and what is called for it can be imported."""

import pytest

from spanbert.config import parse_config
from spanbert.tasks.config import RecipeConfig
from spanbert.tasks.kinds import KINDS, kinds_of, recipe_of


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_named_as_its_settings_are(kind):
    recipe = recipe_of(parse_config(""), kind)
    assert isinstance(recipe, RecipeConfig)
    assert recipe.section == kind
    assert callable(KINDS[kind]().finetune)


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_are_those_whose_settings_name_training_files(kind):
    assert kinds_of(parse_config("")) == ()
    assert kinds_of(parse_config("", [f'{kind}.train=["a"]'])) == (kind,)

"""Special tokens by role: as the settings name them, else as the known families do."""

import pytest

from spanbert.errors import CheckpointError
from spanbert.tokenizer.specials import (
    BERT_SPECIALS,
    ROBERTA_SPECIALS,
    find_specials,
    specials_as_settings,
)


@pytest.mark.parametrize("family", [BERT_SPECIALS, ROBERTA_SPECIALS])
def test_the_families_are_known_and_come_back_from_settings(family):
    assert find_specials(family, {}) == family
    both = {*BERT_SPECIALS, *ROBERTA_SPECIALS}
    assert find_specials(both, specials_as_settings(family)) == family


def test_a_role_is_named_as_a_word_or_with_its_properties_or_not_at_all():
    settings = {"mask_token": {"content": "*", "lstrip": True}, "pad_token": "_", "unk_token": None}
    assert find_specials({*BERT_SPECIALS, "*", "_"}, settings) == (
        "_",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "*",
    )


@pytest.mark.parametrize("role", BERT_SPECIALS._fields)
def test_a_role_without_an_entry_is_refused_by_name(role):
    vocabulary = set(BERT_SPECIALS) - {getattr(BERT_SPECIALS, role)}
    with pytest.raises(
        CheckpointError, match=f"the {role} token.*{role}_token in tokenizer_config"
    ):
        find_specials(vocabulary, {})
    with pytest.raises(CheckpointError, match=f"lacks nowhere, the {role} token"):
        find_specials(BERT_SPECIALS, {f"{role}_token": "nowhere"})

"""Settings of the shards are refused where they mean nothing."""

import pytest

from spanbert.corpus.sentence_rules import SENTENCE_RULES
from spanbert.errors import ConfigError
from spanbert.shards.config import ShardsConfig


def test_a_language_without_rules_for_its_sentences_is_refused_with_those_that_have_them():
    with pytest.raises(ConfigError, match=r"shards.language = 'xx' must be one of any, de, en, es"):
        ShardsConfig(language="xx")
    assert {ShardsConfig(language=known).language for known in SENTENCE_RULES} == {*SENTENCE_RULES}

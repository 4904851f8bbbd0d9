"""Long texts in parts: nothing is lost, no word is cut, and junk is not learnt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tokenizer import excerpts as module
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.excerpts import excerpts, learnable
from spanbert.tokenizer.training.table import TRAINERS, train_tokenizer_on

clean_texts = st.lists(st.text("abé漢.", min_size=1, max_size=9), max_size=40).flatmap(
    lambda words: st.lists(st.sampled_from(" \n"), min_size=len(words), max_size=len(words)).map(
        lambda spaces: "".join(w + s for w, s in zip(words, spaces, strict=True)).strip()
    )
)


@given(clean_texts, st.integers(1, 30))
def test_parts_joined_are_the_text_and_words_stay_whole(text, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MAX_CHARACTERS", most)
        parts = list(excerpts([text]))
    assert "".join(parts) == text
    assert all(0 < len(part) <= most for part in parts)
    if most > max(map(len, text.split()), default=0):
        assert [word for part in parts for word in part.split()] == text.split()


@given(clean_texts)
def test_a_text_without_long_words_is_learnt_from_as_it_is(text):
    assert "".join(learnable([text])) == text


@pytest.mark.parametrize("run", ["x" * 101, "é" * 500, "漢" * 101, "!" * 101, "€" * 300, "_!" * 80])
def test_a_run_that_no_vocabulary_has_use_for_is_left_out(run):
    assert "".join(learnable([f"before {run} after"])).split() == ["before", "after"]


@pytest.mark.parametrize("run", ["x" * 100, "x." * 200, "ab-" * 90, "a!" * 200])
def test_many_short_words_without_spaces_stay(run):
    assert "".join(learnable([f"before {run} after"])) == f"before {run} after"


@pytest.mark.parametrize("kind", TRAINERS)
def test_a_vocabulary_does_not_depend_on_where_long_documents_are_cut(kind, monkeypatch):
    texts = ["the old miller carried seven unbelievable kites\nbefore breakfast. " * 20 + "end"]
    config = TokenizerConfig(model=kind, vocab_size=330, min_frequency=1)
    whole = train_tokenizer_on(lambda: texts, config)
    monkeypatch.setattr(module, "_MAX_CHARACTERS", 50)
    assert train_tokenizer_on(lambda: texts, config).digest == whole.digest

"""How well a vocabulary fits: every number against words counted one by one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tokenizer import fit as module
from spanbert.tokenizer.advice import advise
from spanbert.tokenizer.fit import SplitWord, VocabularyFit, splits_of, vocabulary_fit, words_of
from spanbert.tokenizer.pipelines import wordpiece
from spanbert.tokenizer.specials import BERT_SPECIALS
from spanbert.tokenizer.subword import SubwordTokenizer

PIECES = ["a", "b", "c", "##a", "##b", "##c", "ab", "##bc", "cab", ".", "!"]


def tiny_wordpiece(pieces=tuple(PIECES), lower_case=False):
    vocabulary = {token: i for i, token in enumerate([*BERT_SPECIALS, *pieces])}
    return SubwordTokenizer(wordpiece(vocabulary, BERT_SPECIALS, lower_case=lower_case))


TOKENIZER = tiny_wordpiece()
words = st.lists(st.text("abcz.!", min_size=1, max_size=6), max_size=30)
texts = st.lists(words.map(" ".join), max_size=5)


@given(texts)
def test_the_numbers_are_those_of_words_encoded_one_by_one(texts):
    fit = vocabulary_fit(TOKENIZER, texts)
    cut = []
    for text in texts:
        for mark in ".!":
            text = text.replace(mark, f" {mark} ")
        cut += [(word, TOKENIZER.encode(word).ids.tolist()) for word in text.split()]
    unknown = [(word, ids) for word, ids in cut if TOKENIZER.unk_id in ids]
    assert fit.characters == sum(map(len, texts))
    assert fit.words == len(cut)
    assert fit.pieces == sum(len(ids) for _, ids in cut)
    assert fit.unknown_words == fit.unknown_pieces == len(unknown)
    assert fit.unknown_characters == sum(len(word) for word, _ in unknown)
    assert fit.whole_words == sum(len(ids) == 1 for _, ids in cut) - len(unknown)
    seen = [tuple(ids) for _, ids in cut if TOKENIZER.unk_id not in ids]
    frequent = {ids for ids in seen if seen.count(ids) >= 5}
    assert fit.frequent_words == len(frequent)
    split = {SplitWord(ids, seen.count(ids)) for ids in frequent if len(ids) > 1}
    assert set(fit.split_words) == split
    assert fit.split_words == tuple(sorted(split, key=lambda w: (-w.count, w.ids)))


@given(texts.flatmap(lambda t: st.tuples(st.just(t), st.permutations(t))))
def test_the_order_of_the_texts_changes_nothing(pair):
    assert vocabulary_fit(TOKENIZER, pair[0]) == vocabulary_fit(TOKENIZER, pair[1])


def test_it_counts_with_any_kind_of_vocabulary(tokenizer):
    texts = ["The old miller carried seven unbelievable kites, before breakfast. "] * 9
    fit, encoding = vocabulary_fit(tokenizer, texts), tokenizer.encode(texts[0])
    assert fit.pieces == 9 * len(encoding.ids)
    assert fit.words == 9 * encoding.word_starts.sum()
    assert sum(map(len, words_of(encoding))) == len(encoding.ids)


def test_a_frequent_word_is_not_lost_where_rare_ones_are_forgotten(monkeypatch):
    monkeypatch.setattr(module, "_MAX_KEPT", 20)
    chance = random.Random(0)
    rare = ["".join(chance.choices("abc", k=9)) for _ in range(500)]
    texts = [f"{one} abcabc" for one in rare]
    fit = vocabulary_fit(TOKENIZER, texts)
    assert splits_of(fit, TOKENIZER, 1)[0] == {
        "word": "abcabc",
        "count": 500,
        "pieces": ["ab", "##c", "##a", "##bc"],
    }
    assert fit.words == 1000


def test_numbers_hold_no_word_of_the_texts():
    numbers = vocabulary_fit(TOKENIZER, ["abcabc bb cc"] * 9).numbers()
    assert all(isinstance(value, int | float) for value in numbers.values())


def test_no_text_has_a_fit_too():
    fit = vocabulary_fit(TOKENIZER, [])
    assert (fit.words, fit.pieces_per_word, advise(fit, is_wordpiece=True).advice) == (
        0,
        0.0,
        "keep",
    )


def fit_of(words=1000, pieces=1100, unknown=0, split=()):
    return VocabularyFit(9, words, pieces, 900, unknown, unknown, unknown, 50, tuple(split))


@pytest.mark.parametrize(
    ("fit", "advice"),
    [
        (fit_of(), "keep"),
        (fit_of(split=[SplitWord((1, 2), 200)]), "keep"),  # in two pieces: a stem and an ending
        (fit_of(split=[SplitWord((1, 2, 3), 10)]), "keep"),
        (fit_of(split=[SplitWord((1, 2, 3), 11)]), "extend"),
        (fit_of(unknown=10), "keep"),
        (fit_of(unknown=11), "retrain"),
        (fit_of(pieces=2000), "keep"),
        (fit_of(pieces=2001), "retrain"),
        (fit_of(pieces=2100, split=[SplitWord((1, 2, 3), 50)]), "extend"),
    ],
)
def test_advice_changes_at_its_thresholds(fit, advice):
    assert advise(fit, is_wordpiece=True).advice == advice


@pytest.mark.parametrize(
    ("fit", "advice"),
    [
        (fit_of(split=[SplitWord((1, 2, 3), 11)]), "keep"),
        (fit_of(unknown=11), "retrain"),
        (fit_of(pieces=2100, split=[SplitWord((1, 2, 3), 50)]), "retrain"),
    ],
)
def test_what_cannot_be_extended_is_kept_or_replaced(fit, advice):
    found = advise(fit, is_wordpiece=False)
    assert (found.advice, found.new_pieces, found.saved_share) == (advice, 0, 0.0)
    assert "extended" in found.why or advice == "retrain"

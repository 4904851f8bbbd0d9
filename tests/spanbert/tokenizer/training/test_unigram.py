"""A Unigram vocabulary spells held-out text about as shortly as that of the stock trainer."""

import tiny
from tokenizers import trainers

from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.pipelines import unigram
from spanbert.tokenizer.specials import ROBERTA_LAYOUT, ROBERTA_SPECIALS
from spanbert.tokenizer.training.table import train_tokenizer_on


def test_held_out_text_is_as_short_as_with_the_stock_trainer():
    texts, held_out = tiny.texts(200), " ".join(tiny.texts(50, seed=1))
    theirs = unigram([(t, 0.0) for t in ROBERTA_LAYOUT], ROBERTA_SPECIALS, lower_case=False)
    trainer = trainers.UnigramTrainer(
        vocab_size=200, special_tokens=list(ROBERTA_LAYOUT), unk_token="<unk>", show_progress=False
    )
    theirs.train_from_iterator(texts, trainer)
    config = TokenizerConfig(model="unigram", vocab_size=200, min_frequency=1)
    ours = train_tokenizer_on(lambda: texts, config)
    stock_length = len(theirs.encode(held_out, add_special_tokens=False).ids)
    assert len(ours.encode(held_out).ids) <= stock_length


def test_every_character_of_the_alphabet_has_an_entry():
    tokenizer = train_tokenizer_on(
        lambda: ["abcdefghij " * 50 + "z"], TokenizerConfig(model="unigram", vocab_size=200)
    )
    assert tokenizer.unk_id not in tokenizer.encode("jihgfedcbaz zz").ids

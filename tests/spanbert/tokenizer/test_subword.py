"""Vocabularies: the same in every process, safe against forged specials, readable elsewhere."""

import hashlib
import json
import os
import subprocess
import sys

import pytest
import tiny
import transformers
from hypothesis import given
from hypothesis import strategies as st

from spanbert.errors import CheckpointError, DataError
from spanbert.tokenizer.subword import SPECIAL_TOKENS, load_tokenizer, train_tokenizer_on

SETTINGS = {"vocab_size": 300, "min_frequency": 1, "lower_case": False}


@pytest.fixture(scope="module")
def wordpiece():
    return train_tokenizer_on(tiny.texts, **SETTINGS)


@pytest.fixture(scope="module")
def folder(wordpiece, tmp_path_factory):
    path = tmp_path_factory.mktemp("wordpiece")
    wordpiece.save(path)
    return path


def test_the_vocabulary_is_the_same_in_every_process(tmp_path):
    script = (
        "import sys, tiny; from pathlib import Path\n"
        "from spanbert.tokenizer.subword import train_tokenizer_on\n"
        "texts = tiny.texts(400) + ['é ü ñ ô 漢 字 € ° ½ ' + chr(i) for i in range(200, 1500)]\n"
        "train_tokenizer_on(lambda: texts, vocab_size=2500, min_frequency=1, lower_case=False)"
        ".save(Path(sys.argv[1]))\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    digests = set()
    for i in range(3):
        folder = tmp_path / str(i)
        folder.mkdir()
        subprocess.run([sys.executable, "-c", script, str(folder)], check=True, env=environment)
        digests.add(hashlib.sha256((folder / "vocab.txt").read_bytes()).hexdigest())
    assert len(digests) == 1


def test_special_tokens_come_first(wordpiece):
    assert [wordpiece.token(i) for i in range(5)] == list(SPECIAL_TOKENS)
    assert wordpiece.vocab_size <= 300


@pytest.mark.parametrize("forged", SPECIAL_TOKENS[:1] + SPECIAL_TOKENS[2:])
def test_no_text_can_forge_a_special_token(wordpiece, folder, forged):
    special = {wordpiece.pad_id, wordpiece.cls_id, wordpiece.sep_id, wordpiece.mask_id}
    for tokenizer in (wordpiece, load_tokenizer(folder)):
        assert not special & set(tokenizer.encode(f"a {forged} b{forged}c").ids.tolist())


@given(st.text())
def test_pieces_lie_in_order_inside_the_text(wordpiece, text):
    encoding = wordpiece.encode(text)
    assert (encoding.starts < encoding.ends).all() or not text.isascii()
    assert (encoding.starts[1:] >= encoding.ends[:-1]).all()
    assert ((encoding.ids >= 0) & (encoding.ids < wordpiece.vocab_size)).all()
    assert len(encoding.ids) == 0 or encoding.word_starts[0]


def test_words_are_pre_tokens_and_punctuation_stands_alone(wordpiece):
    encoding = wordpiece.encode("Bob's unbelievable kites.")
    starts = encoding.starts[encoding.word_starts].tolist()
    assert starts == [0, 3, 4, 6, 19, 24]


def test_vocabulary_alone_gives_the_same_pieces(wordpiece, folder, tmp_path):
    (tmp_path / "vocab.txt").write_bytes((folder / "vocab.txt").read_bytes())
    text = " ".join(tiny.texts(5))
    assert load_tokenizer(tmp_path).encode(text).ids.tolist() == wordpiece.encode(text).ids.tolist()


def test_transformers_reads_the_folder_and_agrees(wordpiece, folder):
    theirs = transformers.AutoTokenizer.from_pretrained(folder)
    text = "Ann of Bergen FORGOT the river's source; é 漢字 unbelievable!"
    ids = wordpiece.encode(text).ids.tolist()
    assert theirs(text)["input_ids"] == [wordpiece.cls_id, *ids, wordpiece.sep_id]
    assert len(theirs) == wordpiece.vocab_size
    assert json.loads((folder / "tokenizer_config.json").read_text())["do_lower_case"] is False


def test_case_is_kept_unless_told_otherwise(wordpiece):
    assert wordpiece.encode("Oslo").ids.tolist() != wordpiece.encode("oslo").ids.tolist()
    lower = train_tokenizer_on(tiny.texts, **{**SETTINGS, "lower_case": True})
    assert lower.encode("Oslo").ids.tolist() == lower.encode("oslo").ids.tolist()


def test_texts_without_a_word_are_refused():
    with pytest.raises(DataError, match="no word"):
        train_tokenizer_on(lambda: ["  \n "], **SETTINGS)


def test_a_broken_or_missing_tokenizer_is_told_in_one_line(tmp_path):
    with pytest.raises(CheckpointError, match=str(tmp_path)):
        load_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(CheckpointError, match="not a readable tokenizer"):
        load_tokenizer(tmp_path)


def test_a_vocabulary_without_specials_is_refused(tmp_path):
    (tmp_path / "vocab.txt").write_text("[PAD]\n[UNK]\na\n")
    with pytest.raises(CheckpointError, match=r"lacks \[CLS\]"):
        load_tokenizer(tmp_path)

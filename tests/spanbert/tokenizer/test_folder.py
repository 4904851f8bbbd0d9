"""Every layout that people have gives the same pieces, or a refusal that says what to do."""

import json
import shutil

import pytest
import tiny
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

from spanbert.errors import CheckpointError
from spanbert.tokenizer.folder import TOKENIZER_FILES
from spanbert.tokenizer.specials import BERT_SPECIALS
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer

TEXT = " ".join(tiny.texts(3)) + " Naïve e\u0301 漢字  don't"
PLAIN_FILES = {
    "wordpiece": {"vocab.txt"},
    "byte-bpe": {"vocab.json", "merges.txt"},
    "unigram": set(),
}


def test_a_folder_holds_what_its_kind_needs(folder, kind):
    names = {path.name for path in folder.iterdir()}
    assert names == {"tokenizer.json", "tokenizer_config.json", *PLAIN_FILES[kind]}
    assert names <= set(TOKENIZER_FILES)


def test_the_vocabulary_alone_gives_the_same_pieces(tokenizer, folder, kind, tmp_path):
    for name in PLAIN_FILES[kind] or {"tokenizer.json"}:
        shutil.copy(folder / name, tmp_path)
    alone = load_tokenizer(tmp_path)
    assert alone.encode(TEXT).ids.tolist() == tokenizer.encode(TEXT).ids.tolist()
    assert (alone.digest, alone.specials) == (tokenizer.digest, tokenizer.specials)


def test_saving_what_was_read_changes_no_byte(tokenizer, folder, tmp_path):
    tokenizer.save(tmp_path)
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("lower_case", [True, False])
def test_trap_16_a_vocabulary_is_cased_unless_its_settings_say_so(tmp_path, lower_case):
    (tmp_path / "vocab.txt").write_text("\n".join([*BERT_SPECIALS, "oslo", "Oslo"]))
    if lower_case:
        (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": true}')
    (entry,) = load_tokenizer(tmp_path).encode("Oslo").ids.tolist()
    assert entry == 5 + (not lower_case)


def test_an_entry_may_be_a_sign_that_ends_lines(tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join([*BERT_SPECIALS, "\u2028", "kites"]) + "\n")
    tokenizer = load_tokenizer(tmp_path)
    assert tokenizer.vocab_size == 7
    assert tokenizer.encode("kites").ids.tolist() == [6]


def test_special_tokens_are_taken_from_either_file(tmp_path):
    vocabulary = {t: i for i, t in enumerate(["[UNK]", "<cls>", "<sep>", "*", "_", "kites"])}
    backend = Tokenizer(models.WordLevel(vocabulary, "[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    backend.save(str(tmp_path / "tokenizer.json"))
    names = {"mask_token": {"content": "*"}, "pad_token": "_"}
    (tmp_path / "special_tokens_map.json").write_text(json.dumps({**names, "cls_token": "<cls>"}))
    (tmp_path / "tokenizer_config.json").write_text('{"sep_token": "<sep>"}')
    tokenizer = load_tokenizer(tmp_path)
    assert tokenizer.specials == ("_", "[UNK]", "<cls>", "<sep>", "*")
    assert tokenizer.encode("kites * kites").ids.tolist() == [5, 0, 5]
    tokenizer.save(tmp_path)
    assert load_tokenizer(tmp_path).specials == tokenizer.specials


@pytest.mark.parametrize("rule", [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.ByteLevel()])
def test_rules_that_are_not_the_stock_ones_survive_in_transformers(trained, folder, rule, tmp_path):
    backend = Tokenizer.from_file(str(folder / "tokenizer.json"))
    backend.pre_tokenizer = rule
    tokenizer = SubwordTokenizer(backend)
    tokenizer.save(tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    ids = theirs(TEXT, add_special_tokens=False)["input_ids"]
    assert ids == tokenizer.encode(TEXT).ids.tolist()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no tokenizer in the folder"),
        ({"tokenizer.json": "{"}, "not a readable tokenizer"),
        ({"tokenizer_config.json": "[", "vocab.txt": ""}, "not a readable tokenizer"),
        ({"vocab.txt": "[PAD]\n[UNK]\na\n"}, r"lacks \[CLS\]"),
        ({"vocab.json": "{}"}, "without merges.txt"),
        ({"vocab.json": "{}", "merges.txt": "a b c\n"}, "not a readable tokenizer"),
        ({"spiece.model": ""}, "SentencePiece model.*AutoTokenizer"),
    ],
)
def test_a_folder_without_a_tokenizer_is_refused_in_one_line(tmp_path, files, message):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(CheckpointError, match=message) as error:
        load_tokenizer(tmp_path)
    assert str(error.value).startswith(str(tmp_path))

"""Pieces of any kind of vocabulary, over odd texts: in order, whole, and never forged."""

import hashlib
import json
from itertools import pairwise

import pytest
import transformers
import unigrams
from hypothesis import assume, given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from spanbert.errors import CheckpointError
from spanbert.tokenizer.pipelines import byte_bpe
from spanbert.tokenizer.specials import BERT_SPECIALS, ROBERTA_SPECIALS
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer

ODD = [
    *("e\u0301", "x\u0301\u0323", "👩\u200d👩\u200d👧", "שלום", "\u202e", "\0", "\u2028", "\r\n"),
    *(
        "漢字かな",
        "\u200d",
        "\u0301",
        "don't",
        "ﷺ",
        "½",
        "İ",
        "ﬁ",
        "…",
        "\x85",
        "\u3000",
        " ",
        "  ",
    ),
    *(
        "▁",
        "##a",
        "Ġ",
        "[SEP]",
        "<mask>",
        "</s>",
        "kites" * 60,
        "unbelievable kites",
        ".",
        "\ufffd",
    ),
]
TEXTS = st.lists(st.sampled_from(ODD) | st.text(max_size=4), max_size=8).map("".join)


@given(text=TEXTS)
def test_pieces_lie_in_order_inside_the_text(tokenizer, text):
    encoding = tokenizer.encode(text)
    places = [0, *encoding.starts.tolist(), len(text)], [0, *encoding.ends.tolist(), len(text)]
    assert all(sorted(each) == each for each in places)
    assert (encoding.starts <= encoding.ends).all()
    assert ((encoding.ids >= 0) & (encoding.ids < tokenizer.vocab_size)).all()


@given(text=TEXTS)
def test_no_word_begins_inside_a_character(tokenizer, text):
    encoding = tokenizer.encode(text)
    assert len(encoding.word_starts) == len(encoding.ids)
    assert encoding.word_starts[:1].all()
    pieces = [set(range(*ends)) for ends in zip(encoding.starts, encoding.ends, strict=True)]
    for i, begins in enumerate(encoding.word_starts):
        assert not (begins and any(pieces[i] & earlier for earlier in pieces[:i]))


@given(first=TEXTS, second=TEXTS.map("x".__add__))
def test_words_stay_what_they_are_after_another_text(tokenizer, first, second):
    together, alone = tokenizer.encode(f"{first} {second}"), tokenizer.encode(second)
    starts = together.starts[together.word_starts] - len(first) - 1
    assert starts[starts >= 0].tolist() == alone.starts[alone.word_starts].tolist()


@pytest.fixture(scope="session")
def theirs(folder):
    return transformers.AutoTokenizer.from_pretrained(folder)


@given(text=TEXTS)
def test_transformers_reads_the_folder_and_agrees(tokenizer, theirs, text):
    assume(not any(token in text for token in tokenizer.specials))  # which it takes for special
    ids = tokenizer.encode(text).ids.tolist()
    assert theirs(text)["input_ids"] == [tokenizer.cls_id, *ids, tokenizer.sep_id]


def test_transformers_has_the_same_special_tokens(tokenizer, theirs):
    assert len(theirs) == tokenizer.vocab_size
    ours = tokenizer.pad_id, tokenizer.unk_id, tokenizer.mask_id
    assert ours == (theirs.pad_token_id, theirs.unk_token_id, theirs.mask_token_id)
    assert tokenizer.token(tokenizer.mask_id) == tokenizer.mask_token == theirs.mask_token


@given(before=TEXTS, after=TEXTS, forged=st.sampled_from([*BERT_SPECIALS, *ROBERTA_SPECIALS]))
def test_no_text_can_forge_a_special_token(trained, tokenizer, before, after, forged):
    special = {tokenizer.pad_id, tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id}
    ids = tokenizer.encode(before + forged + after).ids.tolist()
    assert not special & set(ids)
    assert trained.encode(before + forged + after).ids.tolist() == ids


def test_the_name_of_a_special_token_is_spelled(tokenizer):
    """Known characters are not lost, whatever they spell."""
    ids = tokenizer.encode(f"a {tokenizer.mask_token}").ids.tolist()
    assert tokenizer.unk_id not in ids
    assert tokenizer.decode(ids).replace(" ", "") == f"a{tokenizer.mask_token}"


def test_special_tokens_hold_where_a_file_does_not_mark_them(folder, tmp_path):
    content = json.loads((folder / "tokenizer.json").read_text())
    for token in content["added_tokens"]:
        token["special"] = False
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    tokenizer = load_tokenizer(tmp_path)
    ids = tokenizer.encode(f"a {tokenizer.mask_token} b").ids.tolist()
    assert ids == load_tokenizer(folder).encode(f"a {tokenizer.mask_token} b").ids.tolist()


def test_a_unigram_that_has_the_name_as_a_piece_finds_it_unknown():
    """As the published ones do, whose special tokens have a score of 0."""
    pieces = [(token, 0.0) for token in ROBERTA_SPECIALS] + [("▁", -1.0), ("a", -2.0)]
    tokenizer = SubwordTokenizer(unigrams.unigram(pieces))
    entries = [tokenizer.token(i) for i in tokenizer.encode("<mask> a</s>").ids.tolist()]
    assert entries == ["▁", "<unk>", "▁", "a", "<unk>"]


def test_contractions_spaces_and_pictures_are_words_of_a_byte_level_bpe():
    alphabet = [*ROBERTA_SPECIALS, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    vocabulary = {entry: i for i, entry in enumerate(alphabet)}
    tokenizer = SubwordTokenizer(byte_bpe(vocabulary, [], ROBERTA_SPECIALS))
    text = "It's a👩\u200d👧  e\u0301."
    encoding = tokenizer.encode(text)
    starts = [*encoding.starts[encoding.word_starts].tolist(), len(text)]
    words = [text[a:b].strip(" ") for a, b in pairwise(starts)]
    assert words == ["It", "'s", "a", "👩\u200d👧", "", "e", "\u0301."]


def unsplit(pieces):
    """A Unigram as it was before pre-tokens: the whole text is one."""
    backend = Tokenizer(models.Unigram([*((t, 0.0) for t in ROBERTA_SPECIALS), *pieces], unk_id=1))
    backend.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    return SubwordTokenizer(backend)


@given(st.lists(st.text("abé", min_size=1), min_size=1).map(" ".join))
def test_without_pre_tokens_words_are_between_spaces(text):
    tokenizer = unsplit([("▁", -2.0), ("a", -2.0), ("b", -2.0), ("▁ab", -1.0), ("aa", -3.0)])
    encoding = tokenizer.encode(text)
    starts = [i for i in range(len(text)) if text[i] != " " and (i == 0 or text[i - 1] == " ")]
    assert encoding.starts[encoding.word_starts].tolist() == starts


def test_the_digest_tells_tokenizers_apart(trained, tokenizer):
    assert tokenizer.digest == trained.digest
    vocabulary = {t: i for i, t in enumerate([*ROBERTA_SPECIALS, "a", "b", "ab", "ba", "aba"])}
    orders = [[("a", "b"), ("b", "a"), ("ab", "a")], [("b", "a"), ("a", "b"), ("a", "ba")]]
    merges = [SubwordTokenizer(byte_bpe(vocabulary, m, ROBERTA_SPECIALS)) for m in orders]
    scores = [unsplit([("▁a", score)]) for score in (-1.0, -2.0)]
    assert len({t.digest for t in (*merges, *scores, trained)}) == 5


def test_the_digest_of_a_wordpiece_is_that_of_earlier_artifacts(trained, folder, kind):
    if kind == "wordpiece":
        content = [False, (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]]
        assert trained.digest == hashlib.sha256(json.dumps(content).encode()).hexdigest()


def test_a_vocabulary_without_a_role_is_refused():
    backend = Tokenizer(models.WordLevel({"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3}, "[UNK]"))
    with pytest.raises(CheckpointError, match="the mask token"):
        SubwordTokenizer(backend)

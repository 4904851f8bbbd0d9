"""New words behind a WordPiece: old ids stay, and other words are cut as before but where told."""

import pytest
import tiny
import transformers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

from spanbert.errors import CheckpointError, ConfigError
from spanbert.storage import read_manifest, verify
from spanbert.tokenizer.artifact import build_tokenizer, extend_on_documents
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.extend import best_words, compare_cuts, extend_tokenizer
from spanbert.tokenizer.extension import EXTENSION_FILE, read_extension
from spanbert.tokenizer.fit import SplitWord, vocabulary_fit, words_of
from spanbert.tokenizer.pipelines import wordpiece
from spanbert.tokenizer.specials import BERT_SPECIALS
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer
from spanbert.tokenizer.training.table import train_tokenizer_on

PIECES = ["a", "b", "c", "##a", "##b", "##c", "ab", "##bc", "cab", ".", "!"]
VOCABULARY = {token: i for i, token in enumerate([*BERT_SPECIALS, *PIECES])}
TOKENIZER = SubwordTokenizer(wordpiece(VOCABULARY, BERT_SPECIALS, lower_case=False))
texts = st.lists(st.text("abcz.!", min_size=1, max_size=7), max_size=40).map(" ".join)


def entries_of(tokenizer):
    return [tokenizer.token(i) for i in range(tokenizer.vocab_size)]


def extended_by(*spelt):
    words = [SplitWord(tuple(TOKENIZER.encode(word).ids.tolist()), 9) for word in spelt]
    return extend_tokenizer(TOKENIZER, words)


@given(texts, st.lists(st.text("abc", min_size=4, max_size=6), min_size=1, max_size=5))
def test_only_new_words_and_words_that_they_begin_are_cut_anew(text, spelt):
    spelt = [word for word in spelt if len(TOKENIZER.encode(word).ids) > 1]
    if not spelt:
        return
    after, _ = extended_by(*spelt)
    for mark in ".!":
        text = text.replace(mark, f" {mark} ")
    for word in text.split():
        before, now = (t.encode(word).ids.tolist() for t in (TOKENIZER, after))
        if word in spelt:
            assert [after.token(i) for i in now] == [word]
        elif not any(word.startswith(new) for new in spelt):
            assert now == before


@given(texts)
def test_the_report_counts_every_word_that_is_cut_anew(text):
    after, _ = extended_by("abcab", "cbc")
    report = compare_cuts(TOKENIZER, after, [text, text])
    before, now = TOKENIZER.encode(text), after.encode(text)
    changed = [(a, b) for a, b in zip(words_of(before), words_of(now), strict=True) if a != b]
    joined = [b for _, b in changed if b in [(TOKENIZER.vocab_size,), (TOKENIZER.vocab_size + 1,)]]
    assert report.words == 2 * before.word_starts.sum()
    assert report.words_joined == 2 * len(joined)
    assert report.other_words_changed == 2 * (len(changed) - len(joined))
    assert (report.pieces_before, report.pieces_after) == (2 * len(before.ids), 2 * len(now.ids))


def test_a_word_that_becomes_unknown_is_counted():
    """What is left behind a new word may have no spelling of its own."""
    pieces = ["a", "##b", "##bc"]  # no "##c"
    vocabulary = {token: i for i, token in enumerate([*BERT_SPECIALS, *pieces])}
    before = SubwordTokenizer(wordpiece(vocabulary, BERT_SPECIALS, lower_case=False))
    after, _ = extend_tokenizer(before, [SplitWord(tuple(before.encode("ab").ids.tolist()), 9)])
    report = compare_cuts(before, after, ["ab abc"])
    assert (report.unknown_before, report.unknown_after, report.other_words_changed) == (0, 1, 1)


def test_old_ids_stay_and_each_new_one_knows_its_pieces():
    after, extension = extended_by("abcab", "cbc")
    assert entries_of(after) == [*entries_of(TOKENIZER), "abcab", "cbc"]
    assert after.specials == TOKENIZER.specials
    assert extension.base_digest == TOKENIZER.digest
    assert extension.base_size == TOKENIZER.vocab_size
    for new, ids in zip(("abcab", "cbc"), extension.pieces, strict=True):
        assert TOKENIZER.encode(new).ids.tolist() == list(ids)
    assert after.encode("[MASK] abcab").ids.tolist()[0] != after.mask_id


def test_a_word_that_the_vocabulary_does_not_cut_so_is_left_out():
    a, b = (TOKENIZER.encode(one).ids[0] for one in "ab")
    wrong = SplitWord((int(a), int(b), int(a)), 9)  # three words, if anything
    right = SplitWord(tuple(TOKENIZER.encode("cbc").ids.tolist()), 9)
    _, extension = extend_tokenizer(TOKENIZER, [wrong, right])
    assert extension.pieces == (right.ids,)
    with pytest.raises(ConfigError, match="nothing to add"):
        extend_tokenizer(TOKENIZER, [wrong])


def test_best_words_are_those_in_many_pieces_that_save_most():
    text = "abcab " * 6 + "cbc " * 9 + "acacac " * 5 + "ac " * 50 + "bbbbbb " * 4
    fit = vocabulary_fit(TOKENIZER, [text])
    spelt = [TOKENIZER.decode(word.ids) for word in best_words(fit)]
    assert spelt == ["acacac", "abcab"]  # 25 and 12; cbc and ac are two pieces, bbbbbb is rare
    assert [TOKENIZER.decode(word.ids) for word in best_words(fit, 1)] == ["acacac"]


def test_words_of_a_lower_casing_vocabulary_are_joined_in_any_case():
    backend = wordpiece(VOCABULARY, BERT_SPECIALS, lower_case=True)
    before = SubwordTokenizer(backend)
    after, _ = extend_tokenizer(before, best_words(vocabulary_fit(before, ["Acaca ACACA " * 9])))
    assert len(after.encode("acAca").ids) == 1


@pytest.mark.parametrize("kind", ["byte-bpe"])
def test_another_kind_of_vocabulary_is_refused(kind):
    config = TokenizerConfig(model=kind, vocab_size=330, min_frequency=1)
    tokenizer = train_tokenizer_on(lambda: tiny.texts(40), config)
    with pytest.raises(ConfigError, match="only a WordPiece"):
        extend_tokenizer(tokenizer, [SplitWord((260, 261, 262), 9)])


def test_special_tokens_that_stand_outside_the_model_keep_their_ids():
    model = models.WordPiece({"[UNK]": 0, "a": 1, "##b": 2, "##c": 3}, unk_token="[UNK]")
    backend = Tokenizer(model)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.add_special_tokens(["[PAD]", "[CLS]", "[SEP]", "[MASK]"])
    before = SubwordTokenizer(backend)
    after, extension = extend_tokenizer(before, [SplitWord((1, 2, 3), 9)])
    assert entries_of(after) == [*entries_of(before), "abc"]
    assert after.encode("abc ab").ids.tolist() == [extension.base_size, 1, 2]


def test_an_old_id_that_would_move_is_refused():
    model = models.WordPiece({"[UNK]": 0, "a": 1, "##b": 2, "##c": 3}, unk_token="[UNK]")
    backend = Tokenizer(model)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.add_special_tokens(["[PAD]", "[CLS]", "[SEP]", "[MASK]"])
    backend.add_tokens([AddedToken("foo")])
    with pytest.raises(CheckpointError, match="cannot be put behind"):
        extend_tokenizer(SubwordTokenizer(backend), [SplitWord((1, 2, 3), 9)])


@pytest.fixture(scope="module")
def coarse(artifacts, tmp_path_factory):
    """A vocabulary that splits most words of the tiny documents."""
    folder = tmp_path_factory.mktemp("coarse") / "vocabulary"
    build_tokenizer(artifacts.documents, folder, TokenizerConfig(vocab_size=200))
    return folder


@pytest.fixture(scope="module")
def extended(artifacts, coarse, tmp_path_factory):
    """The same with words of the documents."""
    folder = tmp_path_factory.mktemp("extended") / "more"
    extend_on_documents(artifacts.documents, coarse, folder, num_pieces=4)
    return folder


def test_the_artifact_names_what_it_extends_and_what_that_did(artifacts, coarse, extended):
    manifest, base = verify(extended, "tokenizer"), load_tokenizer(coarse)
    assert manifest.inputs["extends"] == base.digest
    assert manifest.inputs["documents"] == read_manifest(artifacts.documents, "documents").digest
    counts, after = manifest.counts, load_tokenizer(extended)
    assert counts["vocab_size"] == after.vocab_size == base.vocab_size + counts["new_pieces"]
    extension = read_extension(extended)
    assert counts["new_pieces"] == len(extension.pieces) == 4
    saved = vocabulary_fit(base, documents_of(artifacts)).pieces
    saved -= vocabulary_fit(after, documents_of(artifacts)).pieces
    assert counts["pieces_before"] - counts["pieces_after"] == saved > 0
    for i, ids in enumerate(extension.pieces, start=extension.base_size):
        assert base.encode(after.token(i)).ids.tolist() == list(ids)


def documents_of(artifacts):
    from spanbert.corpus.documents import read_documents

    return (document.text for document in read_documents(artifacts.documents))


def test_extending_twice_gives_the_same_files(artifacts, coarse, extended, tmp_path):
    extend_on_documents(artifacts.documents, coarse, tmp_path / "again", num_pieces=4)
    again = read_manifest(tmp_path / "again", "tokenizer")
    assert again.digest == read_manifest(extended, "tokenizer").digest


def test_other_libraries_cut_alike(extended):
    stock, ours = transformers.AutoTokenizer.from_pretrained(extended), load_tokenizer(extended)
    for text in tiny.texts(9):
        assert stock(text, add_special_tokens=False)["input_ids"] == ours.encode(text).ids.tolist()


def test_an_extended_vocabulary_that_is_taken_over_stays_one(artifacts, extended, tmp_path):
    build_tokenizer(artifacts.documents, tmp_path / "taken", TokenizerConfig(path=str(extended)))
    assert read_extension(tmp_path / "taken") == read_extension(extended)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"base_digest": "", "base_size": 5, "pieces": [[1, 5]]}',
     '{"base_digest": "", "base_size": 5, "pieces": [[]]}'],
)  # fmt: skip
def test_a_damaged_account_is_refused(content, tmp_path):
    (tmp_path / EXTENSION_FILE).write_text(content)
    with pytest.raises(CheckpointError, match="damaged") as refused:
        read_extension(tmp_path)
    assert refused.value.place.endswith(EXTENSION_FILE)


def test_a_vocabulary_of_its_own_extends_nothing(artifacts):
    assert read_extension(artifacts.tokenizer) is None

"""Where the markers are, and a text with pieces in their place."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from spanbert.tasks.marked_text import filled_text, read_marked_text, span_texts
from spanbert.tokenizer.specials import BERT_SPECIALS
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer

PIECES = st.sampled_from(
    ["[MASK]", "[MASK]", "[MASK ]", "[mask]", "Oslo", ".", " ", "  ", "\t", "é"]
)


@given(st.lists(PIECES).map("".join).filter(lambda text: "[MASK]" in text))
def test_markers_are_where_they_stand_and_runs_are_adjacent(artifacts, text):
    marked = read_marked_text(text, load_tokenizer(artifacts.tokenizer), 10**6)
    assert len(marked.markers) == text.count("[MASK]")
    assert all(text[start:end] == "[MASK]" for start, end in marked.markers)
    runs = marked.marker_runs()
    assert [marker for run in runs for marker in run] == marked.markers
    for run in runs:  # nothing but space stands inside a run, and something between two
        assert not text[run[0][0] : run[-1][1]].replace("[MASK]", "").strip()
    between = [text[a[-1][1] : b[0][0]] for a, b in pairwise(runs)]
    assert all(part.strip() for part in between)


@given(st.lists(PIECES).map("".join).filter(lambda text: "[MASK]" in text))
def test_a_text_filled_with_its_own_markers_is_the_text(artifacts, text):
    marked = read_marked_text(text, load_tokenizer(artifacts.tokenizer), 10**6)
    own = [" " + text[run[0][0] : run[-1][1]] for run in marked.marker_runs()]
    assert filled_text(marked, own) == text


def word_pieces(tmp_path):
    words = [*BERT_SPECIALS, "walk", "##ing", "The", "old", "miller", ".", "(", ")"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    return load_tokenizer(tmp_path)


def bytes_of_words():
    words = [*BERT_SPECIALS, *sorted(pre_tokenizers.ByteLevel.alphabet()), "Ġold", "Ġmiller"]
    vocabulary = {word: i for i, word in enumerate(words)}
    merges = [("Ġ", "o"), ("Ġo", "l"), ("Ġol", "d")]
    vocabulary |= {"Ġo": len(words), "Ġol": len(words) + 1}
    backend = Tokenizer(models.BPE(vocabulary, merges))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(list(BERT_SPECIALS))
    return SubwordTokenizer(backend)


@pytest.mark.parametrize(
    ("text", "guesses", "filled"),
    [
        ("[MASK] sat", ["The"], "The sat"),
        ("walk [MASK].", ["##ing"], "walking."),
        ("( [MASK])", ["walk"], "( walk)"),
        ("([MASK])", ["walk"], "(walk)"),
        ("The [MASK] [MASK]  [MASK] sat", ["old", "miller", "walk"], "The old miller walk sat"),
        ("The  [MASK][MASK] sat", ["walk", "##ing"], "The  walking sat"),
        ("The [MASK] sat [MASK]", ["miller", "."], "The miller sat."),
    ],
)
def test_pieces_are_joined_as_the_writer_spaced_them(text, guesses, filled, tmp_path):
    tokenizer = word_pieces(tmp_path)
    marked = read_marked_text(text, tokenizer, 512)
    entries = [tokenizer.token(i) for i in range(tokenizer.vocab_size)]
    texts = span_texts(marked, [entries.index(g) for g in guesses], tokenizer)
    assert filled_text(marked, texts) == filled


@pytest.mark.parametrize(
    ("text", "guesses", "filled"),
    [
        ("The [MASK] [MASK] sat.", ["Ġold", "Ġmiller"], "The old miller sat."),
        ("The bol[MASK] sat.", ["d"], "The bold sat."),
        ("caf[MASK][MASK] sat.", ["Ã", "©"], "café sat."),
        ("[MASK] sat.", ["I"], "I sat."),
    ],
)
def test_bytes_are_joined_to_characters(text, guesses, filled):
    tokenizer = bytes_of_words()
    marked = read_marked_text(text, tokenizer, 512)
    assert marked.ids.count(tokenizer.mask_id) == len(guesses)
    entries = [tokenizer.token(i) for i in range(tokenizer.vocab_size)]
    texts = span_texts(marked, [entries.index(g) for g in guesses], tokenizer)
    assert filled_text(marked, texts) == filled


def test_a_space_before_a_mask_is_no_piece_of_its_own():
    tokenizer = bytes_of_words()
    assert len(read_marked_text("I [MASK] [MASK] it", tokenizer, 512).spans) == 1

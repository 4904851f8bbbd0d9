"""Parts of a text: nothing is lost, and the pieces are those of the whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from spanbert.tasks.qa import cuts
from spanbert.tasks.qa.cuts import blocks_of, parts_of
from spanbert.tokenizer.subword import SubwordTokenizer

WORDS = ["Ann", "river's", "(40)", "Zoë", "1907", "漢字", "🙂", "e\u0301", "\u0301x", "-", "we'll"]
SPACES = [
    " ",
    "  ",
    "    ",
    "\n",
    " \n\n",
    "\t",
    "\r\n",
    "\u00a0",
    "\x0b",
    "\x1c",
    "\x85",
    "\u2028",
    "",
]
TEXT = st.lists(st.sampled_from(WORDS + SPACES), max_size=80).map("".join)


@pytest.fixture(scope="module")
def byte_level():
    """A vocabulary in which a space belongs to what follows it."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.BpeTrainer(
        vocab_size=330,
        special_tokens=specials,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator([" ".join(WORDS), "a    b\n\n  c"] * 3, trainer)
    return SubwordTokenizer(backend)


@pytest.fixture(scope="module", params=["wordpiece", "byte_level"])
def any_tokenizer(request, tokenizer):
    return tokenizer if request.param == "wordpiece" else request.getfixturevalue("byte_level")


@given(TEXT, st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=200)
def test_parts_have_the_pieces_of_the_whole(any_tokenizer, text, part_characters, block):
    assert any_tokenizer.cuts_at_spaces
    blocks = [text[at : at + block] for at in range(0, len(text), block)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cuts, "PART_CHARACTERS", part_characters)
        parts = list(parts_of(blocks, cuts_at_spaces=True))
    assert "".join(parts) == text
    starts = np.cumsum([0, *map(len, parts)])
    found = list(zip(any_tokenizer.encode_batch(parts), starts, strict=False))
    whole = any_tokenizer.encode(text)
    for name, shift in (("ids", 0), ("starts", 1), ("ends", 1)):
        joined = np.concatenate([getattr(one, name) + shift * at for one, at in found])
        assert joined.tolist() == getattr(whole, name).tolist()


def test_parts_are_of_about_one_length_whatever_the_blocks():
    text = "A word. " * 30_000
    for blocks in ([text], blocks_of(text), iter(text)):
        lengths = [len(part) for part in parts_of(blocks, cuts_at_spaces=True)]
        assert sum(lengths) == len(text)
        assert all(0 <= n - cuts.PART_CHARACTERS < 10 for n in lengths[:-1])


def test_what_has_no_white_space_is_cut_all_the_same():
    lengths = [len(part) for part in parts_of(["x" * 300_000], cuts_at_spaces=True)]
    assert max(lengths) == cuts._LONGEST_RUN
    assert sum(lengths) == 300_000


def test_a_text_that_may_not_be_cut_is_one_part():
    assert list(parts_of(["A wo", "rd. "] * 9000, cuts_at_spaces=False)) == ["A word. " * 9000]

"""Pieces joined one by one are the pieces joined at once."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from spanbert.tokenizer.joining import text_after
from spanbert.tokenizer.subword import load_tokenizer


@given(st.data())
def test_joining_one_by_one_is_decoding_at_once(artifacts, data):
    tokenizer = load_tokenizer(artifacts.tokenizer)
    numbers = st.integers(0, tokenizer.vocab_size - 1)
    ids = [tokenizer.cls_id, *data.draw(st.lists(numbers, min_size=1))]
    steps = [text_after(tokenizer, left, [right]) for left, right in pairwise(ids)]
    assert tokenizer.decode(ids) == tokenizer.decode(ids[:1]) + "".join(steps)

"""Pieces of sentences and pairs, and which are cut away, against popping one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.glue.examples import GlueExample
from spanbert.tasks.glue.pairs import glue_inputs, trimmed

TEXT = st.lists(st.sampled_from(["Ann", "river,", "(40)", "Zoë", "mill"]), max_size=9).map(" ".join)
LABELS = ("0", "1")


def popped(first, second, room):
    """The published code's rule."""
    while first + second > room:
        if first > second:
            first -= 1
        else:
            second -= 1
    return first, second


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 40))
def test_the_longer_text_is_cut_first(first, second, room):
    found = trimmed(np.array([[first, second]]), room)
    assert tuple(found[0].tolist()) == popped(first, second, room)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=6), st.integers(8, 20))
def test_a_pair_is_framed_and_typed(tokenizer, pairs, max_length):
    examples = [GlueExample(str(n), pair, "1") for n, pair in enumerate(pairs)]
    inputs = glue_inputs(examples, TextEncoder(tokenizer), max_length, LABELS)
    assert len(inputs) == len(pairs)
    begin = 0
    for row, (first, second) in enumerate(pairs):
        a, b = (tokenizer.encode(text).ids.tolist() for text in (first, second))
        size_a, size_b = popped(len(a), len(b), max_length - 3)
        expected = [tokenizer.cls_id, *a[:size_a], tokenizer.sep_id, *b[:size_b], tokenizer.sep_id]
        assert inputs.lengths[row] == len(expected) <= max_length
        assert inputs.token_ids[begin : begin + len(expected)].tolist() == expected
        assert inputs.first_lengths[row] == size_a + 2
        begin += len(expected)
    assert inputs.targets.tolist() == [1] * len(pairs)


@pytest.mark.parametrize("max_length", [8, 128])
def test_a_sentence_has_one_type(tokenizer, max_length):
    text = "The old mill stands by the river"
    inputs = glue_inputs([GlueExample("0", (text,))], TextEncoder(tokenizer), max_length, LABELS)
    pieces = tokenizer.encode(text).ids.tolist()[: max_length - 2]
    assert inputs.token_ids.tolist() == [tokenizer.cls_id, *pieces, tokenizer.sep_id]
    assert inputs.first_lengths.tolist() == inputs.lengths.tolist() == [len(pieces) + 2]
    assert inputs.targets.tolist() == [-1]

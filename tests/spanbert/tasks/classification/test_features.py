"""Inputs in arrays: every batch is what laying its sequences end to end gives."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from spanbert.tasks.classification.features import Inputs, batch_of
from spanbert.tasks.task import Feature

CPU = torch.device("cpu")
SEQUENCES = st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=6), min_size=1, max_size=8)


def inputs_of(sequences, labels=None, outputs=("a", "b")):
    labels = labels or ["a"] * len(sequences)
    firsts = [(len(sequence) + 1) // 2 for sequence in sequences]
    arrays = [np.array(sequence) for sequence in sequences]
    ids = [str(i) for i in range(len(sequences))]
    return Inputs.of(ids, labels, arrays, firsts, outputs)


@given(SEQUENCES, st.data())
def test_a_batch_is_its_sequences_end_to_end(sequences, data):
    inputs = inputs_of(sequences)
    rows = data.draw(st.lists(st.sampled_from(range(len(sequences))), min_size=1))
    batch = batch_of([inputs[row] for row in rows], CPU)
    expected = [sequences[row] for row in rows]
    assert batch.token_ids.tolist() == [i for sequence in expected for i in sequence]
    types = [int(n >= (len(s) + 1) // 2) for s in expected for n in range(len(s))]
    assert batch.token_type_ids.tolist() == types
    assert batch.packing.lengths == tuple(map(len, expected))


def test_targets_are_places_among_the_outputs_or_numbers():
    sequences = [[1]] * 4
    by_name = inputs_of(sequences, ["b", "a", "unheard of", None])
    assert by_name.targets.tolist() == [1, 0, -1, -1]
    by_number = inputs_of(sequences, [0.5, 5.0, 0.0, None], outputs=())
    assert by_number.targets[:3].tolist() == [0.5, 5.0, 0.0]
    assert np.isnan(by_number.targets[3])
    assert by_number.targets.dtype == np.float32


def test_an_input_is_a_feature_of_fine_tuning():
    inputs = inputs_of([[1, 2, 3], [4]])
    assert isinstance(inputs[0], Feature)
    assert (inputs[-1].example_id, inputs[0].num_tokens) == ("1", 3)
    assert [one.row for one in inputs[::-1]] == [1, 0]
    with pytest.raises(IndexError):
        inputs[2]
    with pytest.raises(AssertionError, match="different sources"):
        batch_of([inputs[0], inputs_of([[1]])[0]], CPU)

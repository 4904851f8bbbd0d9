"""Where sequences lie in a flat batch."""

from hypothesis import given
from hypothesis import strategies as st

from spanbert.model.packing import Packing


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_runs_starts_and_positions_describe_the_lengths(lengths):
    packing = Packing(tuple(lengths))
    assert [length for count, length in packing.runs for _ in range(count)] == lengths
    assert packing.num_tokens == sum(lengths)
    assert packing.starts().tolist() == [sum(lengths[:i]) for i in range(len(lengths))]
    assert packing.position_ids().tolist() == [i for length in lengths for i in range(length)]
    assert packing.bounds().tolist() == [sum(lengths[:i]) for i in range(len(lengths) + 1)]

"""Gradient spikes are told from honest norms, by a rule that a resume continues."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.errors import NumericsError
from spanbert.training.spikes import WINDOW, SpikeRule

norms = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=300)


def plainly(history, norm, sigmas=6.0):
    """Whether a norm is accepted, by the words of the rule."""
    last = np.array(history[-WINDOW:])
    if len(last) < WINDOW:
        return True
    return norm <= max(last.mean() + sigmas * last.std(), 2 * last.mean()) * (1 + 1e-9)


@given(norms)
def test_the_rule_is_six_deviations_of_the_last_accepted_norms(values):
    rule, accepted, skipped = SpikeRule(6.0), [1.0] * WINDOW, 0
    for one in accepted:
        rule.accepts(one)
    for value in values:
        expected = plainly(accepted, value)
        try:
            found = rule.accepts(value)
        except NumericsError:
            assert not expected
            break
        assert found == expected
        accepted += [value] if found else []
        skipped += not found
        assert rule.skipped == skipped


@given(norms, st.integers(0, 299))
def test_a_rule_goes_on_from_its_record_as_if_uncut(values, cut):
    whole, first, second = (SpikeRule(6.0) for _ in range(3))
    for rule in (whole, first):
        for one in [1.0] * WINDOW:
            rule.accepts(one)
    try:
        for value in values[:cut]:
            assert whole.accepts(value) == first.accepts(value)
        second.go_on(first.record)
        for value in values[cut:]:
            assert whole.accepts(value) == second.accepts(value)
    except NumericsError:
        return
    assert second.record == whole.record


def test_eight_in_a_row_are_no_spike_but_another_place():
    rule = SpikeRule(6.0)
    for _ in range(WINDOW):
        rule.accepts(1.0)
    for _ in range(7):
        assert not rule.accepts(100.0)
    with pytest.raises(NumericsError, match="8 gradient norms in a row") as stopped:
        rule.accepts(100.0)
    assert "spike_sigmas=0" in str(stopped.value)


def test_nothing_is_skipped_where_it_is_turned_off():
    rule = SpikeRule(0.0)
    assert all(rule.accepts(norm) for norm in [1.0] * WINDOW + [1e9])

"""Linear up, linear down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.training.schedule import learning_rate_at


@given(st.integers(1, 50), st.integers(1, 50))
def test_the_rate_rises_to_its_peak_and_falls_to_zero(warmup, rest):
    total = warmup + rest
    rates = [
        learning_rate_at(s, peak=3.0, warmup_steps=warmup, num_steps=total) for s in range(total)
    ]
    assert max(rates) == pytest.approx(3.0)
    assert rates[:warmup] == pytest.approx([3.0 * (s + 1) / warmup for s in range(warmup)])
    falls = [b - a for a, b in zip(rates[warmup:], rates[warmup + 1 :], strict=False)]
    assert falls == pytest.approx([-3.0 / rest] * len(falls))
    assert learning_rate_at(total, peak=3.0, warmup_steps=warmup, num_steps=total) == 0


def test_without_warmup_it_begins_at_the_peak():
    assert learning_rate_at(0, peak=1.0, warmup_steps=0, num_steps=4) == 1.0


@given(st.integers(1, 50), st.integers(1, 50))
def test_the_published_schedule_drops_at_the_end_of_the_warmup(warmup, rest):
    total = warmup + rest
    published = {"peak": 3.0, "warmup_steps": warmup, "num_steps": total, "is_rebased": False}
    rates = [learning_rate_at(s, **published) for s in range(total)]
    assert rates[:warmup] == pytest.approx([3.0 * (s + 1) / warmup for s in range(warmup)])
    assert rates[warmup:] == pytest.approx([3.0 * (1 - s / total) for s in range(warmup, total)])

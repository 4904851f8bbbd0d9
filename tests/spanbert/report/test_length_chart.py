"""The bars of lengths: one for each class, none lost, each as high as its number."""

from hypothesis import given
from hypothesis import strategies as st

from spanbert.report.charts import BOTTOM, LEFT, RIGHT, TOP
from spanbert.report.length_chart import length_chart

LENGTHS = st.dictionaries(
    st.integers(0, 40).map(lambda n: str(2**n)), st.integers(1, 10**9), min_size=1
)


@given(LENGTHS)
def test_there_is_a_bar_for_each_class_also_for_empty_ones_between(lengths):
    exponents = [int(lowest).bit_length() - 1 for lowest in lengths]
    bars = length_chart(lengths).bars
    assert len(bars) == max(exponents) - min(exponents) + 1
    for lowest, n in lengths.items():
        (hover,) = [b.hover for b in bars if b.hover.startswith((f"{int(lowest):,} ",))]
        assert hover.endswith(f" characters: {n:,} documents")


@given(LENGTHS)
def test_bars_are_as_high_as_their_numbers_and_stay_in_the_plot(lengths):
    chart = length_chart(lengths)
    first = min(int(lowest).bit_length() - 1 for lowest in lengths)
    most = max(lengths.values())
    tallest = max(bar.height for bar in chart.bars)
    for exponent, bar in enumerate(chart.bars, start=first):
        expected = tallest * lengths.get(str(2**exponent), 0) / most
        assert abs(bar.height - expected) < 0.2
        assert bar.x >= LEFT
        assert bar.x + bar.width <= RIGHT
        assert TOP <= bar.y <= BOTTOM


@given(LENGTHS)
def test_labels_are_few_enough_to_be_read(lengths):
    assert 1 <= len(length_chart(lengths).x_ticks) <= 7


def test_without_documents_there_is_no_chart():
    assert length_chart({}) is None

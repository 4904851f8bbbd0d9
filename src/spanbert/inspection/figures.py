"""Statistics of masking -> a table for a terminal, beside what is expected."""

from collections.abc import Iterator, Mapping
from typing import Any

from spanbert.masking.statistics import PUBLISHED_BLOCK_PIECES, PUBLISHED_PIECES_PER_WORD

_REPLACEMENT = {"mask": 0.8, "random": 0.1, "kept": 0.1}  # SpanBERT, section 3.1
_LABEL, _FIGURE, _BAR = 40, 11, 100  # columns; of a bar: for a share of 1


def draw_statistics(statistics: Mapping[str, Any], published: Mapping[str, float]) -> list[str]:
    """A row for each figure, and how long the drawn spans are where a law says it.

    Args:
        statistics: as `masking_statistics` gives them.
        published: as `published_figures` gives them; marked with a star.
    """
    lines = [_row("", "here", "expected"), *_counted(statistics), *_spans(statistics, published)]
    if published:
        lines += ["", *_condition(statistics)]
    if "span_words" in statistics:
        lines += ["", *_length_law(statistics)]
    return lines


def _counted(statistics: Mapping[str, Any]) -> Iterator[str]:
    masked, budget = statistics["masked_fraction"], statistics["budgeted_fraction"]
    rate = f"{100 * statistics['expected_mask_rate']:.4g} %"
    yield _row(f"masked, {rate} of each block rounded up", _percent(masked), _percent(budget))
    for kind, name in (("mask", "[MASK]"), ("random", "random pieces"), ("kept", "kept")):
        share, expected = statistics["replacement"][kind], _REPLACEMENT[kind]
        yield _row(f"  of the draws: {name}", _percent(share), _percent(expected))


def _spans(statistics: Mapping[str, Any], published: Mapping[str, float]) -> Iterator[str]:
    for name, label, text in (
        ("mean_spans_per_block", "merged spans a block", _number),
        ("mean_merged_span_words", "words in a merged span, mean", _number),
        ("mean_merged_span_pieces", "pieces in a merged span, mean", _number),
        ("p95_merged_span_pieces", "  95 % have at most", _whole),
        ("long_span_fraction", "merged spans of over 15 pieces", _percent),
        ("edge_span_fraction", "merged spans at a block's edge", _percent),
        ("sbo_coverage", "masked tokens with an SBO target", _percent),
    ):
        expected = f"{text(published[name])} *" if name in published else "-"
        yield _row(label, text(statistics[name]), expected)


def _condition(statistics: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"* the published recipe on blocks of {PUBLISHED_BLOCK_PIECES} pieces,"
        f" {PUBLISHED_PIECES_PER_WORD} to a word;"
    )
    yield (
        f"  here a block has {statistics['mean_block_pieces']:.4g} pieces,"
        f" {statistics['pieces_per_word']:.3g} to a word, on average"
    )


def _length_law(statistics: Mapping[str, Any]) -> Iterator[str]:
    drawn, law = (statistics["span_words"][name] for name in ("observed", "expected"))
    yield "Words in a span as it is drawn, before spans are merged and cut:"
    yield f"{'words':>7}{'drawn':>10}{'by law':>10}"
    for words, (share, expected) in enumerate(zip(drawn, law, strict=True), start=1):
        bar = "▇" * round(_BAR * share)
        yield f"{words:>7}{_percent(share):>10}{_percent(expected):>10}  {bar}".rstrip()
    mean = sum(words * share for words, share in enumerate(law, start=1))
    yield f"{'mean':>7}{statistics['mean_span_words']:>8.2f}  {mean:>8.2f}"


def _row(label: str, here: str, expected: str) -> str:
    star = "" if expected.endswith("*") else "  "  # figures stand under each other, stars behind
    return f"{label:<{_LABEL}}{here:>{_FIGURE}}  {expected + star:>{_FIGURE}}".rstrip()


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _number(value: float) -> str:
    return f"{value:.1f}  "


def _whole(value: float) -> str:
    return f"{value:.0f}    "

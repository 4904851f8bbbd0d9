"""Results of a run -> the verdict in one sentence, and the table a terminal shows at the end.

`page.py` writes the same results as a page. Numbers are worded here for both.
"""

import math
import textwrap
from typing import Any

Number = int | float

COLUMNS = 78
PRETRAINED, RANDOM = "pre-trained", "random weights"  # names of starts, as in the results

# by (loss is below entropy, change of F1)
_HEADLINES = {
    (True, "gain"): "Pre-training helped",
    (True, "unclear"): "Pre-training beat token frequencies,"
    " with no clear gain in question answering",
    (True, "no gain"): "Pre-training beat token frequencies but did not help question answering",
    (True, "unknown"): "Pre-training beat token frequencies",
    (False, "gain"): "Pre-training did not beat token frequencies, yet question answering improved",
    (False, "unclear"): "Pre-training did not help",
    (False, "no gain"): "Pre-training did not help",
    (False, "unknown"): "Pre-training did not beat token frequencies",
}


def summary_table(results: dict[str, Any], report_path: str) -> str:
    """Losses, scores, model versions and where the report lies, as aligned plain text.

    No line is longer than 78 columns, save that of a longer `report_path`: a path that is cut
    cannot be opened.
    """
    lines = [
        f"Run {clipped(results['run_id'], 50)}, seed {results['seed']}",
        "",
        *_loss_lines(results["held_out"]),
        "",
        *score_lines(results["qa"]),
        "",
        *model_lines(results["registered"]),
        f"Report: {printable(report_path)}",
        "",
        *textwrap.wrap(verdict(results), COLUMNS),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def verdict(results: dict[str, Any]) -> str:
    """One sentence: did pre-training beat token frequencies, and did it help a task."""
    loss, entropy = results["held_out"]["mlm_loss"], results["held_out"]["unigram_entropy"]
    rows = {row["start"]: row for row in results["qa"]}
    pretrained, random = rows.get(PRETRAINED), rows.get(RANDOM)
    change, clause = "unknown", ""
    if pretrained and random:
        change = _change(pretrained, random)
        clause = (
            f", and question-answering F1 is {fixed(pretrained['f1'], 1)} from pre-trained weights"
            f" beside {fixed(random['f1'], 1)} from random weights"
        )
    if not (math.isfinite(loss) and math.isfinite(entropy)):
        return (
            f"Pre-training cannot be judged: masked-token loss is {fixed(loss, 2)}"
            f" and unigram entropy {fixed(entropy, 2)}{clause}."
        )
    side = "below" if loss < entropy else "above"
    return (
        f"{_HEADLINES[loss < entropy, change]}: masked-token loss is {fixed(loss, 2)} nats per"
        f" token, {fixed(abs(loss - entropy), 2)} {side} the unigram entropy of"
        f" {fixed(entropy, 2)}{clause}."
    )


def token_losses(figures: dict[str, Any]) -> dict[str, Number]:
    """The losses per token among these figures, by the objective's name in words."""
    names = {"mlm_loss": "Masked token (MLM)", "sbo_loss": "Span boundary (SBO)"}
    return {words: figures[name] for name, words in names.items() if name in figures}


def chance_margin(first: dict[str, Any], second: dict[str, Any]) -> float:
    """How far two F1 scores may lie apart by the choice of questions alone, in points.

    Two standard errors of the difference. A score in [0, 1] with mean p varies by at most
    p (1 - p), so the margin errs on the careful side. It is NaN where it cannot be known.
    """
    variance = 0.0
    for row in (first, second):
        share = row["f1"] / 100
        if not (0 <= share <= 1 and row["num_questions"] > 0):
            return math.nan
        variance += share * (1 - share) / row["num_questions"]
    return 200 * math.sqrt(variance)


def fixed(value: Number, digits: int) -> str:
    """A number with a fixed count of decimals and commas between thousands."""
    return f"{value:,.{digits}f}" if math.isfinite(value) else _not_finite(value)


def mean_and_sd(figures: dict[str, Any]) -> str:
    """A figure over seeds, as `seeds_summary` has it."""
    if figures["sd"] is None:  # of one seed
        return fixed(figures["mean"], 1)
    return f"{fixed(figures['mean'], 1)} ± {fixed(figures['sd'], 1)}"


def count(value: Number) -> str:
    """A whole number with commas between thousands."""
    return fixed(value, 0)


def percent(share: Number) -> str:
    """A share in [0, 1] as percent."""
    return f"{fixed(100 * share, 1)}%"


def part_of(part: Number, whole: Number) -> str:
    """A part as percent of the whole; one that is small is not told as none."""
    if not whole:
        return "–"
    share = part / whole
    if 0 < abs(share) < 0.0005:
        return "<0.1%" if share > 0 else ">-0.1%"
    return percent(share)


def rounded(value: int) -> str:
    """A whole number in words of three digits where it is long: 388 million."""
    for size, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if value >= size:
            digits = f"{value / size:,.{max(0, 3 - len(str(value // size)))}f}"
            return f"{digits} {word}"
    return count(value)


def _not_finite(value: Number) -> str:
    if math.isnan(value):
        return "NaN"
    return "∞" if value > 0 else "-∞"


def _change(pretrained: dict[str, Any], random: dict[str, Any]) -> str:
    gain = pretrained["f1"] - random["f1"]
    if not math.isfinite(gain):
        return "unknown"
    if gain <= 0:
        return "no gain"
    return "gain" if gain > chance_margin(pretrained, random) else "unclear"


def _loss_lines(held_out: dict[str, Any]) -> list[str]:
    entropy = held_out["unigram_entropy"]
    lines = [_row("Held-out loss, nats per token", "loss", "unigram entropy", "difference")]
    losses = token_losses(held_out)
    for name, loss in ((f"{n[0].lower()}{n[1:]}", loss) for n, loss in losses.items()):
        difference = loss - entropy
        sign = "+" if difference > 0 else ""
        lines.append(
            _row(f"  {name}", fixed(loss, 2), fixed(entropy, 2), sign + fixed(difference, 2))
        )
    return lines


def score_lines(qa: list[dict[str, Any]]) -> list[str]:
    """Exact match and F1 of each start, as lines of a table."""
    lines = [_row("Question answering, percent", "exact match", "F1", "questions")]
    for row in qa:
        scores = fixed(row["exact_match"], 1), fixed(row["f1"], 1), count(row["num_questions"])
        lines.append(_row(f"  {row['start']}", *scores))
    return lines


def model_lines(registered: list[dict[str, Any]]) -> list[str]:
    """Registered versions, a line each."""
    names = [f"{m['name']} version {m['version']} ({m['alias']})" for m in registered]
    return [clipped(f"Registered: {name}", COLUMNS) for name in names or ["none"]]


def _row(name: str, *cells: str) -> str:
    first, second, third = (clipped(cell, 15) for cell in cells)
    return f"{clipped(name, 31):<31}{first:>13}{second:>17}{third:>13}"


def clipped(text: str, width: int) -> str:
    """Text that fits a column of a terminal and cannot steer it."""
    text = printable(text)
    return text if len(text) <= width else text[: width - 1] + "…"


def printable(text: str) -> str:
    """Text that cannot steer a terminal: control characters and line breaks are replaced."""
    return "".join(c if c.isprintable() else "?" for c in text)

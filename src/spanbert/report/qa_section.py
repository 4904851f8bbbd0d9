"""Results of question answering -> what their section of a run's page shows.

Scores of each start come first; where the results hold an analysis (`evaluation/qa_analysis.py`),
its parts, its calibration and the worst errors follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spanbert.report.calibration_chart import CalibrationChart, calibration_chart
from spanbert.report.charts import Series, line_chart
from spanbert.report.part_chart import part_chart
from spanbert.report.rendering import Table
from spanbert.report.section import Breakdown
from spanbert.report.summary import (
    PRETRAINED,
    RANDOM,
    chance_margin,
    count,
    fixed,
    mean_and_sd,
    percent,
)

# by the key of an analysis: heading, and what the first column of its table names
_BREAKDOWNS = {
    "by_answer_length": ("By length of the answer", "Words in the first right answer"),
    "by_question_word": ("By question word", "Question word"),
    "by_answerability": ("With and without an answer", "The question"),
}
_NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Calibration:
    """Confidence beside success."""

    chart: CalibrationChart
    table: Table


Labelled = list[tuple[str, dict[str, Any]]]  # name of a start, and its results or analysis


def qa_content(qa: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the template places, by name; None or nothing for what the results do not hold."""
    labelled = [(label_of(result, qa), result) for result in qa]
    analysed = [(name, r["analysis"]) for name, r in labelled if "analysis" in r]
    curves = [Series(name, [(p["step"], p["loss"]) for p in r["curve"]]) for name, r in labelled]
    return {
        "qa_chart": line_chart(curves, y_format=".2f"),
        "qa_scores": scores_table(labelled),
        "qa_seeds": seeds_table(labelled),
        "chance_margin": _chance_margin(qa),
        "qa_breakdowns": [b for key in _BREAKDOWNS if (b := breakdown(key, analysed))],
        "qa_calibration": calibration(analysed) if analysed else None,
        "qa_worst": [
            (name, worst_table(a["worst"])) for name, a in analysed if a.get("worst") is not None
        ],
    }


def label_of(result: dict[str, Any], qa: Sequence[dict[str, Any]]) -> str:
    """How a result is called: its start, and its split where there are results of several."""
    splits = {one.get("split", "") for one in qa}
    return f"{result['start']}, {result.get('split', '')}" if len(splits) > 1 else result["start"]


def scores_table(labelled: Labelled) -> Table:
    """Scores of each start, and those on dev, by which it was chosen, where test came after."""
    named = [
        row
        for name, result in labelled
        for row in [(name, result), (f"{name}, on dev", result.get("dev"))]
        if row[1]
    ]
    return Table(
        "Question answering, in percent of the questions",
        ("Start", "Exact match", "F1", "Questions"),
        [
            (name, fixed(r["exact_match"], 1), fixed(r["f1"], 1), count(r["num_questions"]))
            for name, r in named
        ],
        num_numeric=3,
    )


def seeds_table(labelled: Labelled) -> Table | None:
    """Mean and standard deviation where a start was fine-tuned with several seeds."""
    rows = [
        (name, count(seeds["n"]), mean_and_sd(seeds["exact_match"]), mean_and_sd(seeds["f1"]))
        for name, r in labelled
        if (seeds := r.get("seeds"))
    ]
    heads = ("Start", "Seeds", "Exact match", "F1")
    caption = "Mean ± standard deviation over seeds of fine-tuning, in percent"
    return Table(caption, heads, rows, num_numeric=3) if rows else None


def breakdown(key: str, analysed: Labelled) -> Breakdown | None:
    """Scores by part; None where all questions are of one part, which says nothing new."""
    heading, head = _BREAKDOWNS[key]
    rows = [(name, {part["name"]: part for part in analysis[key]}) for name, analysis in analysed]
    parts = list(dict.fromkeys(part for _, found in rows for part in found))
    if len(parts) < 2:
        return None
    scores = [(name, {part: found[part]["f1"] for part in found}) for name, found in rows]
    return Breakdown(
        heading,
        "F1 of each part of the questions.",
        part_chart(parts, scores),
        Table(
            "Exact match / F1, in percent of the questions",
            (head, "Questions", *(name for name, _ in rows)),
            [_part_row(part, [found.get(part) for _, found in rows]) for part in parts],
            num_numeric=1 + len(rows),
        ),
    )


def calibration(analysed: Labelled) -> Calibration:
    """How far confidence can be trusted."""
    found = [(name, analysis["calibration"]) for name, analysis in analysed]
    return Calibration(
        calibration_chart([(name, one["bins"]) for name, one in found]),
        Table(
            "Confidence beside success",
            ("Start", "Mean confidence", "Exact match", "Expected calibration error"),
            [
                (name, *_confidence(one["bins"]), percent(one["expected_error"]))
                for name, one in found
            ],
            num_numeric=3,
        ),
    )


def worst_table(worst: Sequence[dict[str, Any]]) -> Table:
    """The errors that a reader may learn most from."""
    return Table(
        "Least F1 first, of equals those that the model was surest of",
        ("Question", "F1", "Probability", "Answer given", "First right answer"),
        [
            (
                one["question"],
                fixed(one["f1"], 1),
                percent(one["probability"]),
                one["answer"] or _NO_ANSWER,
                one["gold"] or _NO_ANSWER,
            )
            for one in worst
        ],
        num_numeric=2,
    )


def _part_row(name: str, found: Sequence[dict[str, Any] | None]) -> tuple[str, ...]:
    counts = dict.fromkeys(count(part["num_questions"]) for part in found if part)
    scores = [
        f"{fixed(part['exact_match'], 1)} / {fixed(part['f1'], 1)}" if part else "–"
        for part in found
    ]
    return (name, " / ".join(counts), *scores)  # starts that were asked the same have one count


def _confidence(bins: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """Means of confidence and success over all questions."""
    total = sum(one["num_questions"] for one in bins)
    if not total:
        return "–", "–"
    sums = (sum(one[k] * one["num_questions"] for one in bins) for k in ("confidence", "exact"))
    confidence, exact = (percent(found / total) for found in sums)
    return confidence, exact


def _chance_margin(qa: Sequence[dict[str, Any]]) -> str:
    rows = {row["start"]: row for row in qa}
    if not {PRETRAINED, RANDOM} <= rows.keys():
        return ""
    return fixed(chance_margin(rows[PRETRAINED], rows[RANDOM]), 1)

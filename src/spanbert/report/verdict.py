"""Results of a run -> what came of it, in sentences: of pre-training, and of each kind of task."""

import math
from typing import Any

from spanbert.report.summary import PRETRAINED, RANDOM, chance_margin, count, fixed
from spanbert.report.task_section import rows_of, told

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


def verdict(results: dict[str, Any]) -> list[str]:
    """One sentence on pre-training, where there was some, and one on each task.

    That on pre-training tells what it gave question answering, whose difference can be held against
    chance; of the others only figures are told.
    """
    rows = rows_of(results)
    qa = rows.pop("qa", [])
    first = [_of_pretraining(results["held_out"], qa)] if "held_out" in results else _of_qa(qa)
    return first + [told(kind, found) for kind, found in rows.items()]


def _of_pretraining(held_out: dict[str, Any], qa: list[dict[str, Any]]) -> str:
    """Did it beat token frequencies, and did it help question answering."""
    loss, entropy = held_out["mlm_loss"], held_out["unigram_entropy"]
    rows = {row["start"]: row for row in qa}
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


def _change(pretrained: dict[str, Any], random: dict[str, Any]) -> str:
    gain = pretrained["f1"] - random["f1"]
    if not math.isfinite(gain):
        return "unknown"
    if gain <= 0:
        return "no gain"
    return "gain" if gain > chance_margin(pretrained, random) else "unclear"


def _of_qa(qa: list[dict[str, Any]]) -> list[str]:
    """The score of a model that was fine-tuned alone, on what, and how much seeds differ."""
    if not qa:
        return []
    row = qa[0]
    told = (
        f"F1 is {fixed(row['f1'], 1)} on {count(row['num_questions'])} questions of {row['split']}"
    )
    seeds = row.get("seeds")
    if not seeds or seeds["f1"]["sd"] is None:
        return [f"{told}."]
    spread = f"{fixed(seeds['f1']['mean'], 1)} ± {fixed(seeds['f1']['sd'], 1)}"
    return [f"{told}; over {seeds['n']} seeds it is {spread}."]

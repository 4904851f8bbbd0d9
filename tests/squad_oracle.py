"""The rules of the official scripts of SQuAD 1.1, 2.0 and MRQA, as plainly as they can be put.

Written from what the scripts do, one rule after another, and slow: the scorer is held against it.
"""

import re

ASCII_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def words(text):
    """Lower case, no ASCII punctuation, then no articles that stand alone, cut at white space."""
    kept = "".join(character for character in text.lower() if character not in ASCII_PUNCTUATION)
    runs = re.split(r"(\W+)", kept)
    return "".join(" " if run in ("a", "an", "the") else run for run in runs).split()


def f1(gold, predicted):
    """Words are taken from the gold ones until they are used up."""
    left, shared = list(gold), 0
    for word in predicted:
        if word in left:
            left.remove(word)
            shared += 1
    if shared == 0:
        return 0
    precision, recall = shared / len(predicted), shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def score_v1(questions, predictions):
    """(exact, f1) in percent of (id, gold texts) pairs, each of which counts."""
    exact = total_f1 = 0
    for question_id, golds in questions:
        if question_id in predictions:
            predicted = words(predictions[question_id])
            exact += any(words(gold) == predicted for gold in golds)
            total_f1 += max(f1(words(gold), predicted) for gold in golds)
    return {"exact_match": 100 * exact / len(questions), "f1": 100 * total_f1 / len(questions)}


def score_mrqa(questions, predictions):
    """As 1.1, of the last question of each id."""
    return score_v1(list(dict(questions).items()), predictions)


def score_v2(questions, predictions, odds=None, threshold=1.0):
    """All figures of the script, under its own names; each question must have a prediction."""
    golds = dict(questions)
    used_odds = odds if odds is not None else dict.fromkeys(predictions, 0.0)
    raw = {"exact": {}, "f1": {}}
    for question_id, texts in golds.items():
        predicted = words(predictions[question_id])
        wanted = [words(text) for text in texts if words(text)] or [[]]
        raw["exact"][question_id] = max(int(gold == predicted) for gold in wanted)
        raw["f1"][question_id] = max(
            f1(gold, predicted) if gold and predicted else int(gold == predicted) for gold in wanted
        )
    final = {
        metric: {
            question_id: float(not golds[question_id])
            if used_odds[question_id] > threshold
            else score
            for question_id, score in scores.items()
        }
        for metric, scores in raw.items()
    }
    groups = {
        "": list(golds),
        "HasAns_": [question_id for question_id in golds if golds[question_id]],
        "NoAns_": [question_id for question_id in golds if not golds[question_id]],
    }
    result = {}
    for prefix, members in groups.items():
        if members:
            result[f"{prefix}total"] = len(members)
            for metric in ("exact", "f1"):
                mean = sum(final[metric][member] for member in members) / len(members)
                result[f"{prefix}{metric}"] = 100 * mean
    if odds is not None:
        for metric in ("exact", "f1"):
            best = best_cut(golds, predictions, raw[metric], odds)
            result[f"best_{metric}"], result[f"best_{metric}_thresh"] = best
    return result


def best_cut(golds, predictions, scores, odds):
    """The first cut of the questions, in order of odds, with the most points.

    In front of the cut the predictions hold, behind it the answer is none.
    """
    order = [question_id for question_id in sorted(odds, key=odds.get) if question_id in golds]
    best, threshold = None, 0.0
    for cut in range(len(order) + 1):
        points = sum(not texts for texts in golds.values())
        for question_id in order[:cut]:  # added up in this order, as the last bits matter for ties
            if golds[question_id]:
                points += scores[question_id]
            elif predictions[question_id]:
                points -= 1
        if best is None or points > best:
            best, threshold = points, odds[order[cut - 1]] if cut else 0.0
    return 100 * best / len(golds), threshold

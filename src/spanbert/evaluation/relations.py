"""Gold and predicted relations -> the figures of TACRED, SemEval-2010 task 8 and FewRel."""

from collections import Counter
from collections.abc import Sequence

from spanbert.evaluation.classification import accuracy
from spanbert.evaluation.ratio import percentages, ratio


def relation_figures(
    metric: str, gold: Sequence[str], predicted: Sequence[str], negative: str
) -> dict[str, float]:
    """What a metric says, in percent: precision, recall and f1, or accuracy.

    Args:
        metric: "micro_f1", "semeval" or "accuracy".
        negative: the label of what is no relation; "accuracy" counts it like any other.
    """
    if metric == "accuracy":
        return {"accuracy": accuracy(gold, predicted)}
    scores = {"micro_f1": micro_scores, "semeval": semeval_scores}
    return scores[metric](gold, predicted, negative)


def micro_scores(gold: Sequence[str], predicted: Sequence[str], negative: str) -> dict[str, float]:
    """Over all relations together, without the negative label, as TACRED's scorer has it.

    As there, the precision of predicting nothing is 100.
    """
    right = sum(one == other != negative for one, other in zip(gold, predicted, strict=True))
    num_gold, num_predicted = (
        sum(label != negative for label in side) for side in (gold, predicted)
    )
    precision = ratio(right, num_predicted) if num_predicted else 1.0
    return percentages(ratio(right, num_gold), precision)


def semeval_scores(
    gold: Sequence[str], predicted: Sequence[str], negative: str
) -> dict[str, float]:
    """Means over the gold relations without the negative label: the official figure of the task.

    "Cause-Effect(e1,e2)" and "Cause-Effect(e2,e1)" are one relation, of which the wrong direction
    is a wrong answer: it is missed and is predicted in vain. F1 is the mean of the relations' F1.
    """
    right = Counter(
        _relation(one) for one, other in zip(gold, predicted, strict=True) if one == other
    )
    golds, guesses = (Counter(map(_relation, side)) for side in (gold, predicted))
    scores = [
        percentages(ratio(right[name], golds[name]), ratio(right[name], guesses[name]))
        for name in golds
        if name != negative
    ]
    names = ("recall", "precision", "f1")
    return {name: ratio(sum(one[name] for one in scores), len(scores)) for name in names}


def _relation(label: str) -> str:
    """The name without its direction."""
    return label.partition("(")[0]

"""Gold and predicted files of relations -> figures: what `spanbert score relations` prints."""

from pathlib import Path
from typing import Any

from spanbert.evaluation.classification import label_table
from spanbert.evaluation.relations import relation_figures
from spanbert.tasks.ledger import require_whole
from spanbert.tasks.relations.config import Metric
from spanbert.tasks.relations.examples import read_relations
from spanbert.tasks.relations.patches import read_patches
from spanbert.tasks.relations.prediction_files import read_predicted


def score_relations(
    gold: Path,
    predictions: Path,
    *,
    metric: Metric,
    negative: str,
    patches: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The metric's figures in percent, the count `total`, and `relations`: a table by label.

    Args:
        patches: files of TACREV or Re-TACRED with other gold labels.

    Raises:
        DataError: a file cannot be read, a gold example is broken, or one has no prediction.
    """
    read = read_relations(gold)
    require_whole(gold, read.skipped)
    predicted = read_predicted(predictions, [example.id for example in read.examples])
    examples = read_patches(patches).of(read, gold).examples if patches else read.examples
    golds = [str(example.relation) for example in examples]
    guesses = [predicted[example.id] for example in examples]
    figures = relation_figures(metric, golds, guesses, negative)
    table = label_table(golds, guesses)
    table.pop(negative, None)
    return {**figures, "total": len(examples), "relations": table}

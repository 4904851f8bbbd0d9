"""Gold and predicted files of relations -> figures: what `spanbert score relations` prints."""

from pathlib import Path
from typing import Any

from spanbert.evaluation.classification import label_table
from spanbert.evaluation.relations import relation_figures
from spanbert.progress import Say, silent
from spanbert.tasks.classification.problem import ExampleFile
from spanbert.tasks.ledger import require_whole
from spanbert.tasks.relations.config import Metric
from spanbert.tasks.relations.examples import RelationExample, read_relations
from spanbert.tasks.relations.patches import read_patches
from spanbert.tasks.relations.prediction_files import read_predicted


def score_relations(
    gold: Path,
    predictions: Path,
    *,
    metric: Metric,
    negative: str,
    patches: tuple[str, ...] = (),
    say: Say = silent,
) -> dict[str, Any]:
    """The metric's figures in percent, the count `total`, and `relations`: a table by label.

    With patches also the counts `patched`, of examples that they name, and `changed`.

    Args:
        patches: files of TACREV or Re-TACRED with other gold labels.
        say: hears where gold has no example of the negative label.

    Raises:
        DataError: a file cannot be read, a gold example is broken, or one has no prediction.
    """
    read = read_relations(gold)
    require_whole(gold, read.skipped)
    predicted = read_predicted(predictions, [example.id for example in read.examples])
    examples, counts = (_patched(read, gold, patches)) if patches else (read.examples, {})
    golds = [str(example.relation) for example in examples]
    if metric == "micro_f1" and negative not in golds:
        say(f"no example of {gold} is {negative!r}: every label counts -> --negative LABEL")
    guesses = [predicted[example.id] for example in examples]
    figures = relation_figures(metric, golds, guesses, negative)
    table = label_table(golds, guesses)
    table.pop(negative, None)
    return {**figures, "total": len(examples), **counts, "relations": table}


def _patched(
    read: ExampleFile[RelationExample], gold: Path, patches: tuple[str, ...]
) -> tuple[list[RelationExample], dict[str, int]]:
    before = {example.id: example.relation for example in read.examples}
    found = read_patches(patches)
    examples = found.of(read, gold).examples
    changed = sum(example.relation != before[example.id] for example in examples)
    return examples, {"patched": len(before.keys() & found.relations), "changed": changed}

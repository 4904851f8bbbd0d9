"""Gold and predicted files of a GLUE task -> its metrics: what `spanbert score glue` prints."""

from collections import Counter
from pathlib import Path

from spanbert.errors import DataError
from spanbert.tasks.glue.examples import read_glue
from spanbert.tasks.glue.problem import glue_figures
from spanbert.tasks.glue.submission import read_submission
from spanbert.tasks.glue.table import GlueTask
from spanbert.tasks.ledger import require_whole


def score_glue(gold: Path, predictions: Path, task: GlueTask) -> dict[str, float]:
    """The task's metrics in percent, and the count `total`.

    Raises:
        DataError: a file cannot be read, a gold row is broken, or an example has no prediction.
    """
    read = read_glue(gold, task)
    require_whole(gold, read.skipped)
    predicted = read_submission(predictions, task)
    ids = [example.id for example in read.examples]
    twice = [name for name, times in Counter(ids).items() if times > 1]
    if twice:
        cause = f"index {twice[0]!r} is there more than once"
        raise DataError(cause, place=str(gold), remedy="correct it")
    missing = [name for name in ids if name not in predicted]
    if missing:
        cause = f"no prediction of {len(missing)} of {len(ids)} examples, the first is {missing[0]}"
        raise DataError(cause, place=str(predictions), remedy="predict the whole file")
    gold_labels = [example.label for example in read.examples if example.label is not None]
    figures = glue_figures(task, gold_labels, [predicted[one.id] for one in read.examples])
    return figures | {"total": len(read.examples)}

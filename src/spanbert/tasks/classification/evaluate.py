"""classifier + dev and test files -> its figures, and how good it is at each label."""

from pathlib import Path
from typing import Any

from spanbert.errors import ConfigError
from spanbert.evaluation.classification import label_table, most_confused
from spanbert.progress import Say, silent
from spanbert.tasks.classification.classifier import Classifier
from spanbert.tasks.classification.gold import gold_identity, read_split
from spanbert.tasks.classification.problem import ConfigT, ExampleT, Problem
from spanbert.tasks.classification.scoring import score
from spanbert.tasks.files import require_named
from spanbert.tasks.seeds import seeds_summary
from spanbert.tasks.training import read_training


def evaluate_classifier(
    model: Path, kind: type[Problem[ExampleT, ConfigT]], config: ConfigT, *, say: Say = silent
) -> dict[str, Any]:
    """Score the test files, and the dev files; where there is no test, dev first.

    Args:
        config: names the files; what the labels are is kept with the model.
        say: hears what was left out of a file.

    Raises:
        ConfigError: no file is named, or the model was made for other settings.
        DataError: a file cannot be used.
        CheckpointError, IntegrityError: as `Classifier.load`.

    Returns:
        "split", its figures (percent) and "num_examples"; the same under the names of the other
        splits; "made_for", the settings that the model must be scored with; "labels", precision,
        recall and f1 of each label, and "confusions", the commonest mistakes; the "curve" of
        training; "seeds", where the model is the best of several on these files; in "examples" a
        row for each.
    """
    classifier = Classifier.load(model, kind)
    _require_same(classifier.problem, config)
    read = {split: read_split(kind, config, split, say).examples for split in config.scored}
    require_named(f"{config.section}.dev", any(read.values()), "dev")
    scored = {
        split: score(classifier, classifier.features(examples))
        for split, examples in read.items()
        if examples
    }
    split, main = next(iter(scored.items()))
    told = {name: one.figures | {"num_examples": len(one.inputs)} for name, one in scored.items()}
    training = read_training(model)
    result: dict[str, Any] = {"split": split, **told.pop(split), **told}
    problem = classifier.problem
    result["made_for"] = {name: getattr(problem, name) for name in problem.decisive}
    result["curve"] = training.get("curve", [])
    if training.get("seeds") and training["gold"] == gold_identity(config):
        by_seed = [seed[split] for seed in training["seeds"]]
        result["seeds"] = seeds_summary(by_seed, tuple(main.figures))
    if problem.labels:
        result["labels"] = label_table(main.gold, main.predicted)
        result["confusions"] = most_confused(main.gold, main.predicted)
    return result | {"examples": main.rows}


def _require_same(problem: Problem[Any, ConfigT], config: ConfigT) -> None:
    """Refuse a model that was made for another task, or chosen by another metric."""
    for name in problem.decisive:
        own, asked = getattr(problem, name), getattr(config, name)
        if own != asked:
            place = f"{config.section}.{name}"
            raise ConfigError(
                f"{place} = {asked!r}, and the model was made with {own!r}",
                remedy=f"--set {place}={own}, or pass another model",
            )

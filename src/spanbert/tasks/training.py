"""A search over a task's recipes -> the published folder of the best model, and how it was made."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from spanbert.lease import sole_owner
from spanbert.model.config import ModelConfig
from spanbert.parts import code_digest, link_or_copy, work_folder
from spanbert.progress import Say
from spanbert.storage import publish, read_manifest
from spanbert.tasks.search import Found, RecipeT, Trainer, search

_FILE = "training.json"

TrainingT = TypeVar("TrainingT", bound="Training")


@dataclass(frozen=True, kw_only=True)
class Training:
    """What fine-tuning did; kept as training.json beside the model."""

    curve: list[dict[str, float]]  # step and loss of the training that gave this model
    dev_curve: list[dict[str, float]]  # step and score of its evaluations on dev
    skipped: dict[str, int]  # what was left out of the training files, by reason
    trainings: list[dict[str, Any]]  # all of the search: recipe, seed, score on dev
    seeds: list[dict[str, Any]]  # scores of each seed of the best recipe on dev and test
    gold: dict[str, Any]  # what these are scores on

    @classmethod
    def of(cls: type[TrainingT], found: Found[Any], **own: Any) -> TrainingT:
        """What a search found.

        Args:
            own: the fields that are not in there.
        """
        facts = found.best.found.facts
        return cls(
            curve=facts["curve"],
            dev_curve=facts["dev_curve"],
            trainings=[cell.row() for cell in found.cells],
            seeds=[{"seed": seed, **scores} for seed, scores in found.scores_by_seed.items()],
            **own,
        )

    @property
    def counts(self) -> dict[str, int]:
        """All whole numbers, for the manifest."""
        values = asdict(self)
        return {name: n for name, n in values.items() if type(n) is int} | self.skipped


def publish_best(
    folder: Path,
    trainer: Trainer[RecipeT],
    recipe: RecipeT,
    describe: Callable[[Found[RecipeT]], TrainingT],
    *,
    seed: int,
    sizes: ModelConfig,
    inputs: Mapping[str, str],
    test_inputs: Mapping[str, str],
    work: Path | None,
    say: Say,
) -> TrainingT:
    """Train what the recipe names, or take what is there of it, and publish the best on dev.

    Args:
        folder: where the model appears.
        describe: what the search found, with what the task knows besides.
        seed: of the training, where the recipe names none.
        inputs: digests of what the model is made from, by role.
        test_inputs: those of the files that it is scored on alone.
        work: keeps finished trainings for a call that goes on after this one was killed; absent:
            they go with this call.

    Raises:
        ConfigError: another process works in `work`.
        NumericsError: training diverged.
    """
    # what other sizes or other code left is not gone on from
    others = {"sizes": json.dumps(asdict(sizes)), "code": code_digest("spanbert")}
    decisive = {**inputs, **test_inputs, **others}
    with work_folder(work, folder) as place, sole_owner(place):
        found = search(
            recipe, recipe.seeds or (seed,), trainer, work=place, inputs=decisive, say=say
        )
        training = describe(found)
        settings: dict[str, Any] = {recipe.section: asdict(recipe), "model": asdict(sizes)}
        settings["seed"] = found.best.seed
        with publish(folder, "model", inputs=dict(inputs), config=settings) as draft:
            for name in read_manifest(found.model, "model").files:
                link_or_copy(found.model / name, draft.folder / name)
            text = json.dumps(asdict(training), indent=1)
            (draft.folder / _FILE).write_text(text + "\n")
            draft.counts |= training.counts
    return training


def read_training(model: Path) -> dict[str, Any]:
    """What `publish_best` has kept beside the model; nothing for one that others made."""
    path = model / _FILE
    return json.loads(path.read_text()) if path.is_file() else {}

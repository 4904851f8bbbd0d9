"""The kinds of task that pipelines fine-tune: name of its settings -> what is called for it.

A kind is named as its section of the settings is, and so are its steps. Nothing of a task is
imported before it is asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spanbert.config import Config
from spanbert.progress import Say
from spanbert.tasks.config import CorefConfig, QAConfig, RecipeConfig
from spanbert.tasks.training import Training

if TYPE_CHECKING:
    from spanbert.tasks.classification.problem import Problem

_OF_COREF = ("conll_f1", "pruning_recall")
_GROUPS = ("muc", "bcub", "ceafm", "ceafe", "blanc", "mentions")  # as `coref_scores` has them
_IN_GROUPS = tuple(f"{one}.{name}" for one in _GROUPS for name in ("recall", "precision", "f1"))


@dataclass(frozen=True)
class Kind:
    """What is called for one kind of task.

    Args:
        finetune: as `tasks/qa/train.py` has it; publishes a model folder.
        evaluate: as `tasks/qa/evaluate.py` has it; its figures are in percent, and "split" says
            what they are of.
        require_readable: reads all files that the settings name, and refuses what fine-tuning and
            evaluation would refuse later.
        rows: the name under which evaluation gives a row for each example.
        figures: settings with their files -> names of the figures that evaluation will give:
            "f1", in a group "muc.f1", of another split than the first "mismatched.accuracy".
    """

    finetune: Callable[..., Training]
    evaluate: Callable[..., dict[str, Any]]
    require_readable: Callable[[Any], None]
    rows: str
    figures: Callable[[Any], Sequence[str]]


def _qa() -> Kind:
    from spanbert.tasks.qa.evaluate import evaluate_qa
    from spanbert.tasks.qa.readable import require_readable
    from spanbert.tasks.qa.train import finetune_qa

    def figures(config: QAConfig) -> Sequence[str]:
        has_test = config.test or config.halve_dev
        return _with_other_splits(("exact_match", "f1"), ["dev"] if has_test and config.dev else [])

    return Kind(finetune_qa, evaluate_qa, require_readable, "questions", figures)


def _coref() -> Kind:
    from spanbert.tasks.coref.evaluate import evaluate_coref
    from spanbert.tasks.coref.readable import require_readable
    from spanbert.tasks.coref.train import finetune_coref

    def figures(config: CorefConfig) -> Sequence[str]:
        others = ["dev"] if config.test and config.dev else []
        return *_with_other_splits(_OF_COREF, others), *_IN_GROUPS

    evaluate = _without_examples(evaluate_coref)
    return Kind(finetune_coref, evaluate, require_readable, "documents", figures)


def _glue() -> Kind:
    from spanbert.tasks.glue.problem import GlueProblem
    from spanbert.tasks.glue.table import TASKS

    return _classification(GlueProblem, lambda config: TASKS[config.task].metrics)


def _relations() -> Kind:
    from spanbert.evaluation.relations import relation_figures
    from spanbert.tasks.relations.problem import RelationProblem

    def of_a_split(config: Any) -> Sequence[str]:
        return tuple(relation_figures(config.metric, (), (), config.negative))

    return _classification(RelationProblem, of_a_split)


def _classification(
    problem: "type[Problem[Any, Any]]", of_a_split: Callable[[Any], Sequence[str]]
) -> Kind:
    from spanbert.tasks.classification.evaluate import evaluate_classifier
    from spanbert.tasks.classification.readable import require_readable
    from spanbert.tasks.classification.train import finetune_classifier

    def finetune(folder: Path, **settings: Any) -> Training:
        return finetune_classifier(folder, problem, **settings)

    def evaluate(model: Path, config: Any, **settings: Any) -> dict[str, Any]:
        return evaluate_classifier(model, problem, config, **settings)

    def figures(config: Any) -> Sequence[str]:
        _, *others = [split for split in config.scored if config.files_of(split)] or [""]
        return _with_other_splits(of_a_split(config), others)

    readable = partial(require_readable, problem)
    return Kind(finetune, _without_examples(evaluate), readable, "examples", figures)


def _with_other_splits(names: Sequence[str], others: Sequence[str]) -> Sequence[str]:
    """Names of the first split's figures, then those of the others'."""
    return *names, *(f"{split}.{name}" for split in others for name in names)


def _without_examples(evaluate: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An evaluation whose results hold no text, called as one that may be asked for it."""

    def called(model: Path, config: Any, *, show_examples: bool, say: Say) -> dict[str, Any]:
        del show_examples
        return evaluate(model, config, say=say)

    return called


KINDS: dict[str, Callable[[], Kind]] = {
    "qa": _qa,
    "coref": _coref,
    "glue": _glue,
    "relations": _relations,
}


def recipe_of(config: Config, kind: str) -> Any:
    """The settings of a kind of task: a `RecipeConfig`."""
    section = getattr(config, kind)
    assert isinstance(section, RecipeConfig)
    return section


def kinds_of(config: Config) -> tuple[str, ...]:
    """The kinds whose settings name training files."""
    return tuple(kind for kind in KINDS if recipe_of(config, kind).files_of("train"))

"""The kinds of task that pipelines fine-tune: name of its settings -> what is called for it.

A kind is named as its section of the settings is, and so are its steps. Nothing of a task is
imported before it is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spanbert.config import Config
from spanbert.progress import Say
from spanbert.tasks.config import RecipeConfig
from spanbert.tasks.training import Training

if TYPE_CHECKING:
    from spanbert.tasks.classification.problem import Problem


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
    """

    finetune: Callable[..., Training]
    evaluate: Callable[..., dict[str, Any]]
    require_readable: Callable[[Any], None]
    rows: str


def _qa() -> Kind:
    from spanbert.tasks.qa.evaluate import evaluate_qa
    from spanbert.tasks.qa.readable import require_readable
    from spanbert.tasks.qa.train import finetune_qa

    return Kind(finetune_qa, evaluate_qa, require_readable, "questions")


def _coref() -> Kind:
    from spanbert.tasks.coref.evaluate import evaluate_coref
    from spanbert.tasks.coref.readable import require_readable
    from spanbert.tasks.coref.train import finetune_coref

    return Kind(finetune_coref, _without_examples(evaluate_coref), require_readable, "documents")


def _glue() -> Kind:
    from spanbert.tasks.glue.problem import GlueProblem

    return _classification(GlueProblem)


def _relations() -> Kind:
    from spanbert.tasks.relations.problem import RelationProblem

    return _classification(RelationProblem)


def _classification(problem: "type[Problem[Any, Any]]") -> Kind:
    from spanbert.tasks.classification.evaluate import evaluate_classifier
    from spanbert.tasks.classification.readable import require_readable
    from spanbert.tasks.classification.train import finetune_classifier

    def finetune(folder: Path, **settings: Any) -> Training:
        return finetune_classifier(folder, problem, **settings)

    def evaluate(model: Path, config: Any, **settings: Any) -> dict[str, Any]:
        return evaluate_classifier(model, problem, config, **settings)

    readable = partial(require_readable, problem)
    return Kind(finetune, _without_examples(evaluate), readable, "examples")


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

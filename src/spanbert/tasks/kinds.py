"""The kinds of task that pipelines fine-tune: name of its settings -> what is called for it.

A kind is named as its section of the settings is, and so are its steps. Nothing of a task is
imported before it is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spanbert.config import Config
from spanbert.tasks.config import RecipeConfig
from spanbert.tasks.training import Training


@dataclass(frozen=True)
class Kind:
    """What is called for one kind of task.

    Args:
        finetune: as `tasks/qa/train.py` has it; publishes a model folder.
        evaluate: as `tasks/qa/evaluate.py` has it; its figures are in percent, and "split" says
            what they are of.
        require_readable: reads all files that the settings name, and refuses what fine-tuning and
            evaluation would refuse later.
    """

    finetune: Callable[..., Training]
    evaluate: Callable[..., dict[str, Any]]
    require_readable: Callable[[Any], None]


def _qa() -> Kind:
    from spanbert.tasks.qa.evaluate import evaluate_qa
    from spanbert.tasks.qa.readable import require_readable
    from spanbert.tasks.qa.train import finetune_qa

    return Kind(finetune_qa, evaluate_qa, require_readable)


KINDS: dict[str, Callable[[], Kind]] = {"qa": _qa}


def recipe_of(config: Config, kind: str) -> Any:
    """The settings of a kind of task: a `RecipeConfig` with the files of train, dev and test."""
    section = getattr(config, kind)
    assert isinstance(section, RecipeConfig)
    return section


def kinds_of(config: Config) -> tuple[str, ...]:
    """The kinds whose settings name training files."""
    return tuple(kind for kind in KINDS if recipe_of(config, kind).train)

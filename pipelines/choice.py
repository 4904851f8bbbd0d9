"""Settings -> the pipeline that they ask for: pre-training and all that follows, or the latter."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from spanbert.config import Config
from spanbert.tasks.kinds import kinds_of, recipe_of

Whole = Literal["end-to-end", "finetuning"]
_UNLESS_NAMED = "qa"  # what is fine-tuned where no files of any kind are named


def pipeline_of(config: Config) -> Whole:
    """Fine-tuning alone, where a model is named to start from and no text to pre-train it on."""
    return "finetuning" if config.only_finetunes else "end-to-end"


def branches_of(config: Config) -> tuple[str, ...]:
    """The kinds of task that the pipeline fine-tunes."""
    return kinds_of(config) or (_UNLESS_NAMED,)


def unnamed_files(config: Config) -> list[str]:
    """Settings of these kinds that must name files and name none: "qa.dev"."""
    return [
        f"{kind}.{split}"
        for kind in branches_of(config)
        for split in ("train", "dev")
        if not recipe_of(config, kind).files_of(split)
    ]


def build(pipeline: Whole, kinds: Sequence[str], place: Callable[[], None]) -> Any:
    """The pipeline of this name.

    Args:
        kinds: of task, a branch each.
        place: says of each task where it runs (`placing.py`).
    """
    if pipeline == "finetuning":
        from pipelines.finetuning import build_finetuning

        return build_finetuning(kinds, place)
    from pipelines.end_to_end import build_end_to_end

    return build_end_to_end(kinds, place)

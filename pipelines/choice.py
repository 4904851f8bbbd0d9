"""Settings -> the pipeline that they ask for: pre-training and all that follows, or the latter."""

from collections.abc import Callable
from typing import Any, Literal

from spanbert.config import Config

Whole = Literal["end-to-end", "finetuning"]


def pipeline_of(config: Config) -> Whole:
    """Fine-tuning alone, where a model is named to start from and no text to pre-train it on."""
    is_trained_no_further = config.training.start and not config.corpus.sources
    return "finetuning" if is_trained_no_further else "end-to-end"


def build(pipeline: Whole, place: Callable[[], None]) -> Any:
    """The pipeline of this name.

    Args:
        place: says of each task where it runs (`placing.py`).
    """
    if pipeline == "finetuning":
        from pipelines.finetuning import build_finetuning

        return build_finetuning(place)
    from pipelines.end_to_end import build_end_to_end

    return build_end_to_end(place)

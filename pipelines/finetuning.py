"""A pre-trained model -> fine-tuned, scored and registered ones with their report."""

from collections.abc import Callable, Sequence
from typing import Any

from kfp import dsl

# kfp turns a component into a maker of tasks, which its type hints do not say.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false
from components.import_start import import_start
from components.write_finetuning_report import write_finetuning_report
from pipelines.by_kind import registered_branch
from pipelines.end_to_end import PRETRAINED
from pipelines.placing import as_they_are


def build_finetuning(kinds: Sequence[str], place: Callable[[], None] = as_they_are) -> Any:
    """The pipeline for settings with a model in `training.start` and no text to pre-train on.

    Its parameters are those of `end_to_end.py`.

    Args:
        kinds: of task, a branch each.
        place: says of each task where it runs (`placing.py`).
    """

    @dsl.pipeline(name="spanbert-finetuning", description="A model to fine-tuned, scored ones")
    def finetuning(
        config_toml: str, run_folder: str, sources_digest: str, code_digest: str
    ) -> None:
        common = {"config_toml": config_toml, "run_folder": run_folder}
        digests = {"sources_digest": sources_digest, "code_digest": code_digest}
        encoder = import_start(**common, **digests).outputs["encoder"]
        given = {"start": PRETRAINED, "tokenizer": encoder, "encoder": encoder}
        found = {}
        for kind in kinds:
            found |= registered_branch(kind, common, **given)
        report = write_finetuning_report(**common, encoder=encoder, **found)
        report.set_caching_options(False)  # it writes outside its outputs and is quick to repeat
        place()

    return finetuning

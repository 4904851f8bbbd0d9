"""A pre-trained model -> a fine-tuned, scored and registered one with its report."""

from collections.abc import Callable
from typing import Any

from kfp import dsl

# kfp turns a component into a maker of tasks, which its type hints do not say.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false
from components.evaluate_qa import evaluate_qa
from components.finetune_qa import finetune_qa
from components.import_start import import_start
from components.register_model import register_model
from components.write_finetuning_report import write_finetuning_report
from pipelines.end_to_end import PRETRAINED
from pipelines.placing import as_they_are


def build_finetuning(place: Callable[[], None] = as_they_are) -> Any:
    """The pipeline for settings with a model in `training.start` and no text to pre-train on.

    Its parameters are those of `end_to_end.py`.

    Args:
        place: says of each task where it runs (`placing.py`).
    """

    @dsl.pipeline(name="spanbert-finetuning", description="A model to a fine-tuned, scored one")
    def finetuning(
        config_toml: str, run_folder: str, sources_digest: str, code_digest: str
    ) -> None:
        common = {"config_toml": config_toml, "run_folder": run_folder}
        digests = {"sources_digest": sources_digest, "code_digest": code_digest}
        encoder = import_start(**common, **digests).outputs["encoder"]
        tuned = finetune_qa(**common, start=PRETRAINED, tokenizer=encoder, encoder=encoder)
        qa_model = tuned.outputs["qa_model"]
        scores = evaluate_qa(**common, start=PRETRAINED, qa_model=qa_model).outputs["scores"]
        registered = register_model(**common, purpose="qa", model=qa_model, scores=scores)
        report = write_finetuning_report(
            **common,
            encoder=encoder,
            qa_model=qa_model,
            qa_scores=scores,
            qa_registration=registered.outputs["registration"],
        )
        # They write outside their outputs and are quick to repeat: never taken from the cache.
        for task in (registered, report):
            task.set_caching_options(False)
        place()

    return finetuning

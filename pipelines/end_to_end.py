"""Raw text -> a pre-trained, fine-tuned, scored and registered model with its report."""

from collections.abc import Callable, Sequence
from typing import Any

from kfp import dsl

# kfp turns a component into a maker of tasks, which its type hints do not say.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false
from components.build_shards import build_shards
from components.evaluate_pretraining import evaluate_pretraining
from components.prepare_corpus import prepare_corpus
from components.pretrain import pretrain
from components.register_model import register_model
from components.train_tokenizer import train_tokenizer
from components.write_report import write_report
from pipelines.by_kind import evaluate, finetune, registered_branch
from pipelines.placing import as_they_are

PRETRAINED, RANDOM = "pre-trained", "random weights"


def build_end_to_end(kinds: Sequence[str], place: Callable[[], None] = as_they_are) -> Any:
    """The pipeline, which pre-trains, fine-tunes from that and from random weights, and registers.

    Its parameters are the settings of a run (`config_toml`), the folder where checkpoints and the
    report are kept, and the digests of all source files and of the package's code. On this machine
    the digests are part of the cache key of every step, because the first step takes them and all
    others depend on its outputs; for a cluster, see `parameters.py`.

    Args:
        kinds: of task, each fine-tuned from both.
        place: says of each task where it runs (`placing.py`).
    """

    @dsl.pipeline(name="spanbert", description="Raw text to a registered and evaluated SpanBERT")
    def end_to_end(
        config_toml: str, run_folder: str, sources_digest: str, code_digest: str
    ) -> None:
        common = {"config_toml": config_toml, "run_folder": run_folder}
        corpus = prepare_corpus(**common, sources_digest=sources_digest, code_digest=code_digest)
        documents, held_out = corpus.outputs["documents"], corpus.outputs["held_out"]
        tokenizer = train_tokenizer(**common, documents=documents).outputs["tokenizer"]
        cut = build_shards(**common, documents=documents, held_out=held_out, tokenizer=tokenizer)
        shards, held_out_shards = cut.outputs["shards"], cut.outputs["held_out_shards"]
        encoder = pretrain(**common, shards=shards, tokenizer=tokenizer).outputs["encoder"]
        losses = evaluate_pretraining(**common, encoder=encoder, held_out_shards=held_out_shards)

        scores = losses.outputs["scores"]
        registered = register_model(**common, purpose="encoder", model=encoder, scores=scores)
        given = {"start": PRETRAINED, "tokenizer": tokenizer, "encoder": encoder}
        found = {}
        for kind in kinds:
            found |= registered_branch(kind, common, **given)
        found |= _baselines(kinds, common, tokenizer)
        report = write_report(
            **common,
            documents=documents,
            shards=shards,
            held_out_shards=held_out_shards,
            encoder=encoder,
            pretraining_scores=scores,
            encoder_registration=registered.outputs["registration"],
            **found,
        )
        # They write outside their outputs and are quick to repeat: never taken from the cache.
        for task in (registered, report):
            task.set_caching_options(False)
        place()

    return end_to_end


def _baselines(kinds: Sequence[str], common: dict[str, Any], tokenizer: Any) -> dict[str, Any]:
    """The steps from random weights to scores, beside those from the encoder, for the report.

    They need nothing that pre-training makes, so a cluster runs them beside it: one kind after
    another, or together they would keep its pods waiting.
    """
    found, before = {}, []
    for kind in kinds:
        fresh = finetune(kind, **common, start=RANDOM, tokenizer=tokenizer).after(*before)
        model = fresh.outputs["task_model"]
        scored = evaluate(kind, **common, start=RANDOM, task_model=model)
        found[f"{kind}_baseline_scores"] = scored.outputs["scores"]
        before = [scored]
    return found

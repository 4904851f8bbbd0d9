"""documents artifacts -> shards artifacts."""

from kfp.dsl import Dataset, Input, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def build_shards(
    config_toml: str,
    run_folder: str,
    documents: Input[Dataset],
    held_out: Input[Dataset],
    tokenizer: Input[Model],
    shards: Output[Dataset],
    held_out_shards: Output[Dataset],
) -> int:
    """Cut documents into segments or pairs of them; returns the tokens to train on."""
    from dataclasses import asdict
    from pathlib import Path

    from spanbert.shards.writer import write_shards
    from spanbert.steps import flat, pipeline_step
    from spanbert.storage import read_manifest

    with pipeline_step("build-shards", config_toml, run_folder) as step:
        words = Path(tokenizer.path)
        outputs = {"shards": Path(shards.path), "held_out_shards": Path(held_out_shards.path)}
        inputs = (Path(documents.path), Path(held_out.path))
        report, _ = (
            write_shards(source, words, folder, step.config.shards)
            for source, folder in zip(inputs, outputs.values(), strict=True)
        )
        step.run.log_params(flat({"shards": asdict(step.config.shards)}))
        step.say(f"{report.tokens:,} tokens in {report.segments:,} segments")
        if report.dropped_tokens:
            step.say(f"{report.dropped_tokens:,} tokens cut from pairs that were too long")
        if step.config.shards.annotator:
            step.say(f"{report.entities:,} entities, {report.noun_phrases:,} noun phrases")
        step.record(
            {"tokens": report.tokens, "segments": report.segments},
            {role: read_manifest(f, "shards").digest for role, f in outputs.items()},
        )
    return report.tokens

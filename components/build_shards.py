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

    from spanbert.cluster.doing import do_work
    from spanbert.cluster.following import Listener
    from spanbert.steps import flat, pipeline_step
    from spanbert.storage import read_manifest

    with pipeline_step("build-shards", config_toml, run_folder) as step:
        step.run.log_params(flat({"shards": asdict(step.config.shards)}))
        artifacts = {"documents": documents, "held_out": held_out, "tokenizer": tokenizer}
        outputs = {"shards": Path(shards.path), "held_out_shards": Path(held_out_shards.path)}
        counts = do_work(
            "shards",
            step.config,
            inputs={role: Path(artifact.path) for role, artifact in artifacts.items()},
            outputs=outputs,
            work_root=step.run_folder / "work",
            listener=Listener(step.say, step.run.follow, step.run.log_tags),
        )["shards"]
        step.say("{tokens:,} tokens in {segments:,} segments".format(**counts))
        if counts["dropped_tokens"]:
            step.say("{dropped_tokens:,} tokens cut from pairs that were too long".format(**counts))
        if step.config.shards.annotator:
            step.say("{entities:,} entities, {noun_phrases:,} noun phrases".format(**counts))
        step.record(
            {name: float(counts[name]) for name in ("tokens", "segments")},
            {role: read_manifest(f, "shards").digest for role, f in outputs.items()},
        )
    return counts["tokens"]

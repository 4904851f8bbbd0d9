"""shards artifact -> pre-trained encoder with both heads, by Ray Train: here or as a Ray job."""

from kfp.dsl import Dataset, Input, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def pretrain(
    config_toml: str,
    run_folder: str,
    shards: Input[Dataset],
    tokenizer: Input[Model],
    encoder: Output[Model],
) -> int:
    """Pre-train, going on from the newest checkpoint of the same work; returns the steps taken."""
    from dataclasses import asdict
    from pathlib import Path

    from spanbert.cluster.pretraining import pretrain as run_pretraining
    from spanbert.registry.tracking import exactness_tags
    from spanbert.steps import flat, pipeline_step
    from spanbert.storage import read_manifest

    with pipeline_step("pretrain", config_toml, run_folder) as step:
        sections = asdict(step.config)
        chosen = ("masking", "model", "objective", "training")
        step.run.log_params(flat({name: sections[name] for name in chosen}))
        counts = run_pretraining(
            step.config,
            shards=Path(shards.path),
            tokenizer=Path(tokenizer.path),
            folder=Path(encoder.path),
            work_root=step.run_folder / "work",
            say=step.say,
            follow=step.run.follow,
            log_tags=step.run.log_tags,
        )
        manifest = read_manifest(Path(encoder.path), "model")
        step.run.log_tags(exactness_tags(counts))
        step.record(
            {name: counts[name] for name in ("num_parameters", "skipped_steps")},
            manifest.inputs | {"encoder": manifest.digest},
        )
    return counts["steps"]

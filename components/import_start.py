"""training.start -> encoder artifact with its vocabulary."""

from kfp.dsl import Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def import_start(
    config_toml: str,
    run_folder: str,
    sources_digest: str,
    code_digest: str,
    encoder: Output[Model],
) -> int:
    """Import the model that fine-tuning starts from; returns the number of its parameters.

    Args:
        sources_digest, code_digest: of the content of that model and of all files of questions, and
            of the package, so that a change of either is not taken for cached.
    """
    from pathlib import Path

    from spanbert.model.importing.artifact import import_folder
    from spanbert.steps import pipeline_step
    from spanbert.storage import read_manifest
    from spanbert.training.start import tokenizer_settings

    with pipeline_step("import-start", config_toml, run_folder) as step:
        vocabulary = tokenizer_settings(step.config).path
        report = import_folder(
            Path(step.config.training.start),
            Path(encoder.path),
            tokenizer=Path(vocabulary),
            seed=step.config.run.seed,
        )
        for line in report.lines():
            step.say(line)
        manifest = read_manifest(Path(encoder.path), "model")
        step.record(digests=manifest.inputs | {"encoder": manifest.digest})
    return manifest.counts["num_parameters"]

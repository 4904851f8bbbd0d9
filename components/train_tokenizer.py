"""documents artifact -> tokenizer artifact, trained or taken from a folder."""

from kfp.dsl import Dataset, Input, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def train_tokenizer(
    config_toml: str, run_folder: str, documents: Input[Dataset], tokenizer: Output[Model]
) -> int:
    """Make the vocabulary; returns its size."""
    from dataclasses import asdict
    from pathlib import Path

    from spanbert.steps import flat, pipeline_step
    from spanbert.storage import read_manifest
    from spanbert.tokenizer.artifact import build_tokenizer, said_of
    from spanbert.training.start import tokenizer_settings

    with pipeline_step("train-tokenizer", config_toml, run_folder) as step:
        folder = Path(tokenizer.path)
        settings = tokenizer_settings(step.config)
        built = build_tokenizer(Path(documents.path), folder, settings)
        step.run.log_params(flat({"tokenizer": asdict(settings)}))
        manifest = read_manifest(folder, "tokenizer")
        step.say(said_of(manifest.counts))
        step.record(
            {"vocab_size": built.vocab_size},
            {"tokenizer": manifest.digest},
        )
    return built.vocab_size

"""question answering model + scores -> registered version."""

from kfp.dsl import Dataset, Input, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def register_model(
    config_toml: str,
    run_folder: str,
    qa_model: Input[Model],
    scores: Input[Dataset],
    registration: Output[Dataset],
) -> str:
    """Register the model with its scores; the same model is never registered twice.

    Returns:
        The address that `mlflow.pyfunc.load_model` takes.
    """
    from dataclasses import asdict
    from pathlib import Path

    from spanbert.evaluation.scores import read_scores, write_scores
    from spanbert.registry.models import QA_LOADER, register
    from spanbert.steps import pipeline_step

    with pipeline_step("register-model", config_toml, run_folder) as step:
        qa = read_scores(Path(scores.path))["qa"]
        registered = register(
            Path(qa_model.path),
            name=f"{step.config.registry.model_name}-qa",
            loader_module=QA_LOADER,
            scores={"exact_match": qa["exact_match"], "f1": qa["f1"]},
            config=step.config,
            step=step.run,
            uri=step.tracking.uri,
        )
        write_scores(Path(registration.path), {"registered": asdict(registered)})
        step.say(f"{registered.name} version {registered.version}, {registered.uri}")
    return registered.uri

"""model + scores -> registered version."""

from kfp.dsl import Dataset, Input, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def register_model(
    config_toml: str,
    run_folder: str,
    purpose: str,
    model: Input[Model],
    scores: Input[Dataset],
    registration: Output[Dataset],
) -> str:
    """Register a model with its scores; the same model is never registered twice.

    Args:
        purpose: "encoder", or a kind of task.

    Returns:
        The address that `mlflow.pyfunc.load_model` takes.
    """
    from dataclasses import asdict
    from pathlib import Path

    from spanbert.evaluation.scores import headline, read_scores, write_scores
    from spanbert.registry.models import register
    from spanbert.steps import pipeline_step

    with pipeline_step(f"register-{purpose}", config_toml, run_folder) as step:
        figures = headline(read_scores(Path(scores.path)))
        registered = register(
            Path(model.path),
            purpose=purpose,
            scores=figures,
            config=step.config,
            step=step.run,
        )
        write_scores(Path(registration.path), {"registered": asdict(registered)})
        step.say(f"{registered.name} version {registered.version}, {registered.uri}")
    return registered.uri

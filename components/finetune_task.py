"""encoder, or none -> model of a task: question answering, or another kind."""

from kfp.dsl import Input, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def finetune_task(
    config_toml: str,
    run_folder: str,
    kind: str,
    start: str,
    tokenizer: Input[Model],
    task_model: Output[Model],
    encoder: Input[Model] = None,  # pyright: ignore[reportArgumentType]
) -> int:
    """Fine-tune from the encoder, or from random weights where there is none.

    Args:
        kind: a name in `tasks/kinds.py`; steps are named after it (`pipelines/by_kind.py`).
        start: what training starts from, in words, for the reports.

    Returns:
        The steps of the training that gave the model.
    """
    from dataclasses import asdict
    from pathlib import Path

    from spanbert.steps import flat, pipeline_step
    from spanbert.storage import read_manifest
    from spanbert.tasks.kinds import KINDS, recipe_of
    from spanbert.training.curve import CurveFile
    from spanbert.training.start import with_start_sizes

    name = f"finetune-{kind}-{start.replace(' ', '-')}"
    with pipeline_step(name, config_toml, run_folder) as step:
        curve, recipe = step.run_folder / "work" / f"{name}.jsonl", recipe_of(step.config, kind)
        step.run.log_params(flat({kind: asdict(recipe)}) | {"start": start})
        with step.run.follow(curve):
            training = KINDS[kind]().finetune(
                Path(task_model.path),
                start=Path(encoder.path) if encoder else None,
                tokenizer=Path(tokenizer.path),
                model=(step.config if encoder else with_start_sizes(step.config)).model,
                config=recipe,
                seed=step.config.run.seed,
                # work/ is what pre-training is asked to leave
                work=step.run_folder / "trainings" / name,
                say=step.say,
                log=CurveFile(curve),
            )
        digest = read_manifest(Path(task_model.path), "model").digest
        step.record({n: float(v) for n, v in training.counts.items()}, {f"{kind}_model": digest})
    return len(training.curve)

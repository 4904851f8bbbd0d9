"""model of a task -> its figures on the test files, or else on the dev files."""

from kfp.dsl import Dataset, Input, Metrics, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def evaluate_task(
    config_toml: str,
    run_folder: str,
    kind: str,
    start: str,
    task_model: Input[Model],
    metrics: Output[Metrics],
    scores: Output[Dataset],
) -> None:
    """Predict and score the files.

    Args:
        kind: a name in `tasks/kinds.py`; steps are named after it (`pipelines/by_kind.py`).
        start: what the model's training started from, in words.
    """
    from pathlib import Path

    from spanbert.evaluation.scores import figures_of, write_scores
    from spanbert.steps import pipeline_step, write_metrics
    from spanbert.storage import read_manifest
    from spanbert.tasks.kinds import KINDS, recipe_of

    name = f"evaluate-{kind}-{start.replace(' ', '-')}"
    with pipeline_step(name, config_toml, run_folder) as step:
        task = KINDS[kind]()
        result = task.evaluate(
            Path(task_model.path),
            recipe_of(step.config, kind),
            show_examples=step.config.run.show_examples,
            say=step.say,
        )
        del result[task.rows]  # of each example: `spanbert evaluate` writes them
        digest = read_manifest(Path(task_model.path), "model").digest
        write_scores(Path(scores.path), {kind: {"start": start, "model_digest": digest, **result}})
        figures = figures_of(result)
        write_metrics(metrics, figures)
        step.record(figures)
        told = ", ".join(f"{n.replace('_', ' ')} {value:.2f}" for n, value in figures.items())
        step.say(f"from {start}: {told}")

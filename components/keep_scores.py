"""scores of one cell of a suite -> the cell's folder, where the table finds them."""

from kfp.dsl import Dataset, Input, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def keep_scores(
    config_toml: str, run_folder: str, kind: str, benchmark: str, scores: Input[Dataset]
) -> None:
    """Keep the figures; the cell's MLflow run gets them too, and ends.

    They go through a folder, because the table is written whatever fails, and then a pipeline
    passes nothing on.
    """
    from pathlib import Path

    from spanbert.evaluation.scores import read_scores
    from spanbert.steps import pipeline_step
    from spanbert.suite.results import keep_scores as keep

    with pipeline_step("keep-scores", config_toml, run_folder) as step:
        figures = keep(step.run_folder, read_scores(Path(scores.path))[kind])
        place = {"benchmark": benchmark, "seed": step.config.run.seed}
        step.tracking.conclude(figures, params=place)
        step.say(f"finished {step.config.run.name}")

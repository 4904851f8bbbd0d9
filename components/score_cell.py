"""scores of one cell of an ablation -> one artifact under its place in the grid."""

from kfp.dsl import Dataset, Input, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def score_cell(
    config_toml: str,
    run_folder: str,
    pretraining_scores: Input[Dataset],
    qa_scores: Input[Dataset],
    cell: Output[Dataset],
) -> None:
    """Gather the cell's scores; its MLflow run gets them too, and ends."""
    from dataclasses import asdict
    from pathlib import Path

    from spanbert.ablation.results import cell_scores
    from spanbert.evaluation.scores import write_scores
    from spanbert.steps import pipeline_step

    with pipeline_step("score-cell", config_toml, run_folder) as step:
        found = cell_scores(step.config, [Path(s.path) for s in (pretraining_scores, qa_scores)])
        write_scores(Path(cell.path), {"cell": asdict(found)})
        place = {"scheme": found.scheme, "objective": found.objective, "seed": found.seed}
        step.tracking.conclude(found.figures, params=place)
        step.say(f"finished {step.config.run.name}")

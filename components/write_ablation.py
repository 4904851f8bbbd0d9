"""scores of all cells -> ablation.json and ablation.md."""

from typing import List  # noqa: UP035  # kfp reads this spelling alone

from kfp.dsl import Dataset, Input, Markdown, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def write_ablation(
    config_toml: str,
    run_folder: str,
    cells: Input[List[Dataset]],  # noqa: UP006
    results: Output[Dataset],
    table: Output[Markdown],
) -> None:
    """Compare the cells; also kept in the run folder and with the MLflow run of shared steps."""
    from pathlib import Path

    from spanbert.ablation.results import gather_ablation, read_cell, write_results
    from spanbert.ablation.variants import OBJECTIVES, with_pairs
    from spanbert.registry.tracking import Tracking
    from spanbert.steps import pipeline_step

    with pipeline_step("write-ablation", config_toml, run_folder) as step:
        found = [read_cell(Path(cell.path)) for cell in cells]
        gathered = gather_ablation(step.run_folder.name, step.config, found)
        for target in (Path(results.path), step.run_folder):
            write_results(gathered, target)
        files = [step.run_folder / name for name in ("ablation.md", "ablation.json")]
        Path(table.path).write_text(files[0].read_text())
        step.tracking.conclude({}, files)
        if any(OBJECTIVES[cell.objective].nsp for cell in found):  # pairs were cut in a run besides
            pairs = with_pairs(step.config, True)
            Tracking(pairs, step.run_folder, step.say).conclude({})

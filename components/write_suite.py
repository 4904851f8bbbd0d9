"""folders of all cells of a suite -> suite.json and suite.md."""

from kfp.dsl import Dataset, Markdown, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def write_suite(
    config_toml: str,
    run_folder: str,
    plan_json: str,
    results: Output[Dataset],
    table: Output[Markdown],
) -> None:
    """Gather what the cells found, and why others did not; also kept in the run folder.

    Args:
        plan_json: as `suite.results.gather_suite` takes it.
    """
    import json
    from pathlib import Path

    from spanbert.steps import CELLS, pipeline_step
    from spanbert.suite.results import gather_suite, write_results

    with pipeline_step("write-suite", config_toml, run_folder) as step:
        gathered = gather_suite(json.loads(plan_json), step.run_folder / CELLS)
        for target in (Path(results.path), step.run_folder):
            write_results(gathered, target)
        files = [step.run_folder / name for name in ("suite.md", "suite.json")]
        Path(table.path).write_text(files[0].read_text())
        step.tracking.conclude({}, files)

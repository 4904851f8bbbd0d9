"""scores of a fine-tuned model -> results.json and report.html."""

from kfp.dsl import HTML, Dataset, Input, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def write_finetuning_report(
    config_toml: str,
    run_folder: str,
    encoder: Input[Model],
    qa_model: Input[Model],
    qa_scores: Input[Dataset],
    qa_registration: Input[Dataset],
    results: Output[Dataset],
    page: Output[HTML],
) -> None:
    """Gather what the steps found; also kept in the run folder and with the parent run."""
    from pathlib import Path

    from spanbert.report.finetuned import gather_finetuned, render_finetuned
    from spanbert.report.results import headline, write_results
    from spanbert.steps import pipeline_step

    with pipeline_step("write-finetuning-report", config_toml, run_folder) as step:
        gathered = gather_finetuned(
            step.config,
            models={"encoder": Path(encoder.path), "qa": Path(qa_model.path)},
            score_folders=[Path(scores.path) for scores in (qa_scores, qa_registration)],
        )
        for target in (Path(results.path), step.run_folder):
            write_results(gathered, target)
        Path(page.path).write_text(render_finetuned(gathered))
        files = [step.run_folder / name for name in ("report.html", "results.json")]
        step.tracking.conclude(headline(gathered), files)

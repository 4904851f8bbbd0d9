"""scores of fine-tuned models -> results.json and report.html."""

from kfp.dsl import HTML, Dataset, Input, Model, Output, component

from components.image import SPANBERT_IMAGE


# kfp reads the defaults of artifacts alone, which their types do not allow.
# pyright: reportArgumentType=false
@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def write_finetuning_report(
    config_toml: str,
    run_folder: str,
    encoder: Input[Model],
    results: Output[Dataset],
    page: Output[HTML],
    qa_scores: Input[Dataset] = None,
    qa_registration: Input[Dataset] = None,
    coref_scores: Input[Dataset] = None,
    coref_registration: Input[Dataset] = None,
    glue_scores: Input[Dataset] = None,
    glue_registration: Input[Dataset] = None,
    relations_scores: Input[Dataset] = None,
    relations_registration: Input[Dataset] = None,
) -> None:
    """Gather what the steps found; also kept in the run folder and with the parent run.

    Of each kind of task there are scores and a registration, or neither, or scores alone.
    """
    from pathlib import Path

    from spanbert.report.finetuned import gather_finetuned, render_finetuned
    from spanbert.report.results import headline, write_results
    from spanbert.steps import pipeline_step

    found = [qa_scores, coref_scores, glue_scores, relations_scores]
    found += [qa_registration, coref_registration, glue_registration, relations_registration]
    with pipeline_step("write-finetuning-report", config_toml, run_folder) as step:
        gathered = gather_finetuned(
            step.config,
            encoder=Path(encoder.path),
            score_folders=[Path(artifact.path) for artifact in found if artifact],
        )
        for target in (Path(results.path), step.run_folder):
            write_results(gathered, target)
        Path(page.path).write_text(render_finetuned(gathered))
        files = [step.run_folder / name for name in ("report.html", "results.json")]
        step.tracking.conclude(headline(gathered), files)

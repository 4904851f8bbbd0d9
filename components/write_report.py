"""all scores -> results.json, report.html and corpus.html."""

from kfp.dsl import HTML, Dataset, Input, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def write_report(
    config_toml: str,
    run_folder: str,
    documents: Input[Dataset],
    shards: Input[Dataset],
    held_out_shards: Input[Dataset],
    encoder: Input[Model],
    pretraining_scores: Input[Dataset],
    qa_scores: Input[Dataset],
    baseline_scores: Input[Dataset],
    encoder_registration: Input[Dataset],
    qa_registration: Input[Dataset],
    results: Output[Dataset],
    page: Output[HTML],
) -> None:
    """Gather what the steps found; also kept in the run folder and with the parent run."""
    from pathlib import Path

    from spanbert.report.page import render
    from spanbert.report.results import gather_results, headline, write_corpus_page, write_results
    from spanbert.steps import pipeline_step

    found = (pretraining_scores, qa_scores, baseline_scores, encoder_registration, qa_registration)
    with pipeline_step("write-report", config_toml, run_folder) as step:
        gathered = gather_results(
            step.config,
            documents=Path(documents.path),
            shards=Path(shards.path),
            held_out_shards=Path(held_out_shards.path),
            encoder=Path(encoder.path),
            score_folders=[Path(scores.path) for scores in found],
        )
        for target in (Path(results.path), step.run_folder):
            write_corpus_page(Path(documents.path), target)
            write_results(gathered, target)
        Path(page.path).write_text(render(gathered))  # alone, so without a link to the corpus
        names = ("report.html", "corpus.html", "results.json")
        files = [step.run_folder / name for name in names]
        step.tracking.conclude(headline(gathered), files)

"""all scores -> results.json, report.html and corpus.html."""

from kfp.dsl import HTML, Dataset, Input, Model, Output, component

from components.image import SPANBERT_IMAGE


# kfp reads the defaults of artifacts alone, which their types do not allow.
# pyright: reportArgumentType=false
@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def write_report(
    config_toml: str,
    run_folder: str,
    documents: Input[Dataset],
    shards: Input[Dataset],
    held_out_shards: Input[Dataset],
    encoder: Input[Model],
    pretraining_scores: Input[Dataset],
    encoder_registration: Input[Dataset],
    results: Output[Dataset],
    page: Output[HTML],
    qa_scores: Input[Dataset] = None,
    qa_baseline_scores: Input[Dataset] = None,
    qa_registration: Input[Dataset] = None,
    coref_scores: Input[Dataset] = None,
    coref_baseline_scores: Input[Dataset] = None,
    coref_registration: Input[Dataset] = None,
    glue_scores: Input[Dataset] = None,
    glue_baseline_scores: Input[Dataset] = None,
    glue_registration: Input[Dataset] = None,
    relations_scores: Input[Dataset] = None,
    relations_baseline_scores: Input[Dataset] = None,
    relations_registration: Input[Dataset] = None,
) -> None:
    """Gather what the steps found; also kept in the run folder and with the parent run.

    Of each kind of task there are all three, or none; baselines started from random weights.
    """
    from pathlib import Path

    from spanbert.report.page import render
    from spanbert.report.results import gather_results, headline, write_corpus_page, write_results
    from spanbert.steps import pipeline_step

    found = [pretraining_scores, encoder_registration]
    # of a kind, the scores that began from the encoder come first
    found += [qa_scores, qa_baseline_scores, qa_registration]
    found += [coref_scores, coref_baseline_scores, coref_registration]
    found += [glue_scores, glue_baseline_scores, glue_registration]
    found += [relations_scores, relations_baseline_scores, relations_registration]
    with pipeline_step("write-report", config_toml, run_folder) as step:
        gathered = gather_results(
            step.config,
            documents=Path(documents.path),
            shards=Path(shards.path),
            held_out_shards=Path(held_out_shards.path),
            encoder=Path(encoder.path),
            score_folders=[Path(artifact.path) for artifact in found if artifact],
        )
        for target in (Path(results.path), step.run_folder):
            write_corpus_page(Path(documents.path), target)
            write_results(gathered, target)
        Path(page.path).write_text(render(gathered))  # alone, so without a link to the corpus
        names = ("report.html", "corpus.html", "results.json")
        files = [step.run_folder / name for name in names]
        step.tracking.conclude(headline(gathered), files)

"""question answering model -> exact match and F1 on the test files, or else on the dev files."""

from kfp.dsl import Dataset, Input, Metrics, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def evaluate_qa(
    config_toml: str,
    run_folder: str,
    start: str,
    qa_model: Input[Model],
    metrics: Output[Metrics],
    scores: Output[Dataset],
) -> float:
    """Predict and score the files; returns F1 in percent."""
    from pathlib import Path

    from spanbert.evaluation.scores import write_scores
    from spanbert.steps import pipeline_step, write_metrics
    from spanbert.tasks.qa.evaluate import evaluate_qa as evaluate

    with pipeline_step(f"evaluate-qa-{start.replace(' ', '-')}", config_toml, run_folder) as step:
        show_examples = step.config.run.show_examples
        result = evaluate(
            Path(qa_model.path), step.config.qa, show_examples=show_examples, say=step.say
        )
        del result["questions"]  # a row for each: `spanbert evaluate qa` writes them
        write_scores(Path(scores.path), {"qa": {"start": start, **result}})
        figures = {"exact_match": result["exact_match"], "f1": result["f1"]}
        write_metrics(metrics, figures)
        step.record(figures)
        step.say("from {}: exact match {:.2f}, F1 {:.2f}".format(start, *figures.values()))
    return figures["f1"]

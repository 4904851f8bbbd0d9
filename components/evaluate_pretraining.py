"""pre-trained encoder + held-out shards -> losses and masking statistics."""

from kfp.dsl import Dataset, Input, Metrics, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def evaluate_pretraining(
    config_toml: str,
    run_folder: str,
    encoder: Input[Model],
    held_out_shards: Input[Dataset],
    losses: Output[Metrics],
    scores: Output[Dataset],
) -> float:
    """Score both objectives on held-out text; returns the masked-token loss in nats."""
    from pathlib import Path

    from spanbert.evaluation.pretraining import evaluate_pretraining as evaluate
    from spanbert.evaluation.scores import write_scores
    from spanbert.steps import pipeline_step, write_metrics

    with pipeline_step("evaluate-pretraining", config_toml, run_folder) as step:
        loss, masking = evaluate(Path(encoder.path), Path(held_out_shards.path), step.config)
        write_scores(Path(scores.path), {"held_out": loss.figures, "masking": masking})
        names = ("mlm_loss", "sbo_loss", "nsp_loss", "unigram_entropy")
        figures = {name: loss.figures[name] for name in names if name in loss.figures}
        write_metrics(losses, figures)
        step.record({f"held_out_{name}": value for name, value in figures.items()})
        step.say("held-out " + "  ".join(f"{n} {v:.3f}" for n, v in figures.items()))
    return loss.mlm_loss

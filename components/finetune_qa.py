"""encoder, or none -> question answering model."""

from kfp.dsl import Input, Model, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def finetune_qa(
    config_toml: str,
    run_folder: str,
    start: str,
    tokenizer: Input[Model],
    qa_model: Output[Model],
    encoder: Input[Model] = None,  # pyright: ignore[reportArgumentType]
) -> int:
    """Fine-tune from the encoder, or from random weights where there is none.

    Args:
        start: what training starts from, in words, for the reports.

    Returns:
        The number of questions trained on.
    """
    from dataclasses import asdict
    from pathlib import Path

    from spanbert.steps import flat, pipeline_step
    from spanbert.storage import read_manifest
    from spanbert.tasks.qa.train import finetune_qa as finetune
    from spanbert.training.curve import CurveFile
    from spanbert.training.start import with_start_sizes

    name = f"finetune-qa-{start.replace(' ', '-')}"
    with pipeline_step(name, config_toml, run_folder) as step:
        curve = step.run_folder / "work" / f"{name}.jsonl"
        step.run.log_params(flat({"qa": asdict(step.config.qa)}) | {"start": start})
        with step.run.follow(curve):
            training = finetune(
                Path(qa_model.path),
                start=Path(encoder.path) if encoder else None,
                tokenizer=Path(tokenizer.path),
                model=(step.config if encoder else with_start_sizes(step.config)).model,
                config=step.config.qa,
                seed=step.config.run.seed,
                work=step.run_folder
                / "trainings"
                / name,  # work/ is what pre-training is asked to leave
                say=step.say,
                log=CurveFile(curve),
            )
        digest = read_manifest(Path(qa_model.path), "model").digest
        step.record({"questions": float(training.num_questions)}, {"qa_model": digest})
    return training.num_questions

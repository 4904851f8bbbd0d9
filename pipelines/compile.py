"""The pipeline as YAML for a KFP server: the same bytes each time."""

from functools import partial
from pathlib import Path

from kfp import compiler

from pipelines.choice import branches_of, build, pipeline_of
from pipelines.parameters import default_parameters
from pipelines.placing import as_they_are, place_tasks
from spanbert.config import Config
from spanbert.storage import write_text_atomic


def compile_pipeline(output: Path, config: Config | None = None) -> None:
    """Write the compiled pipeline; the settings stay parameters of it.

    Args:
        config: says which kinds of task there are and where tasks run, and gives the parameters
            their defaults; without it tasks have neither the volume nor the secrets of a cluster.

    Raises:
        StorageError: the file cannot be written.
    """
    chosen = config or Config()
    place = partial(place_tasks, config) if config else as_they_are
    pipeline = build(pipeline_of(chosen), branches_of(chosen), place)
    defaults = default_parameters(config) if config else {}
    aside = output.with_name(f".{output.stem}.partial.yaml")  # kfp wants a .yaml name
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        compiler.Compiler().compile(pipeline, str(aside), pipeline_parameters=defaults)
        text = aside.read_text()
        write_text_atomic(output, _without_comments(text) if config else text)
    finally:
        aside.unlink(missing_ok=True)


def _without_comments(text: str) -> str:
    """Without the comments at the top: of a default of many lines, kfp makes only one a comment."""
    return text[text.index("\ncomponents:\n") + 1 :]

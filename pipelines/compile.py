"""The pipeline as YAML for a KFP server: the same bytes each time."""

from pathlib import Path

from kfp import compiler

from pipelines.end_to_end import end_to_end
from spanbert.storage import write_text_atomic


def compile_pipeline(output: Path) -> None:
    """Write the compiled pipeline; the settings stay parameters of it.

    Raises:
        StorageError: the file cannot be written.
    """
    aside = output.with_name(f".{output.stem}.partial.yaml")  # kfp wants a .yaml name
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        compiler.Compiler().compile(end_to_end, str(aside))  # pyright: ignore[reportArgumentType]
        write_text_atomic(output, aside.read_text())
    finally:
        aside.unlink(missing_ok=True)

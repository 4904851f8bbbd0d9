"""A pre-trained model -> every benchmark of a suite fine-tuned and scored, in one table."""

from collections.abc import Mapping, Sequence
from typing import Any

from kfp import dsl

# kfp turns a component into a maker of tasks, which its type hints do not say.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false
from components.import_start import import_start
from components.keep_scores import keep_scores
from components.write_suite import write_suite
from pipelines.by_kind import evaluate, finetune
from pipelines.end_to_end import PRETRAINED

_CELLS_AT_ONCE = 1  # a training takes all processors, or the GPU


def build_suite(cells: Mapping[str, Sequence[dict[str, str]]]) -> Any:
    """The pipeline of these cells: each is fine-tuned and scored in a loop of its kind of task.

    The table is written at the end whatever has failed. Parameters are those of `end_to_end.py`,
    and the plan that the table is made by. Which cells there are is settled here; the pipeline
    itself decides nothing.

    Args:
        cells: config_toml, run_folder and benchmark of each, by kind of task.
    """
    loops = [_build_loop(kind, some) for kind, some in cells.items()]  # kfp wants them before

    @dsl.pipeline(name="spanbert-suite", description="Benchmarks of a suite, in one table")
    def suite(
        config_toml: str,
        run_folder: str,
        sources_digest: str,
        code_digest: str,
        plan_json: str,
    ) -> None:
        common = {"config_toml": config_toml, "run_folder": run_folder}
        digests = {"sources_digest": sources_digest, "code_digest": code_digest}
        encoder = import_start(**common, **digests).outputs["encoder"]
        scored = [loop(encoder=encoder, start=PRETRAINED) for loop in loops]
        table = write_suite(**common, plan_json=plan_json)
        table.set_caching_options(False)  # it reads what no input tells
        table.after(*scored).ignore_upstream_failure()

    return suite


def _build_loop(kind: str, cells: Sequence[dict[str, str]]) -> Any:
    """A pipeline of the cells of one kind; a cell that fails does not keep the others from running.

    It takes a parameter because kfp's local runner passes artifacts only beside one.
    """

    @dsl.pipeline(name=f"{kind}-cells")
    def loop(encoder: dsl.Input[dsl.Model], start: str) -> None:
        with dsl.ParallelFor(list(cells), parallelism=_CELLS_AT_ONCE) as cell:
            common = {"config_toml": cell.config_toml, "run_folder": cell.run_folder}
            tuned = finetune(kind, **common, start=start, tokenizer=encoder, encoder=encoder)
            model = tuned.outputs["task_model"]
            scored = evaluate(kind, **common, start=start, task_model=model)
            keep_scores(
                **common, kind=kind, benchmark=cell.benchmark, scores=scored.outputs["scores"]
            )

    return loop

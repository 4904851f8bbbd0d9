"""Raw text -> a table that compares masking schemes and objectives, one cell for each seed."""

from collections.abc import Sequence
from typing import Any

from kfp import dsl

# kfp turns a component into a maker of tasks, which its type hints do not say.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false
from components.build_shards import build_shards
from components.choose_shards import choose_shards
from components.evaluate_pretraining import evaluate_pretraining
from components.prepare_corpus import prepare_corpus
from components.pretrain import pretrain
from components.score_cell import score_cell
from components.train_tokenizer import train_tokenizer
from components.write_ablation import write_ablation
from pipelines.by_kind import evaluate, finetune
from pipelines.end_to_end import PRETRAINED

_CELLS_AT_ONCE = 1  # a cell's workers may take all processors


def build_ablation(cells: Sequence[dict[str, str]], pairs_toml: str) -> Any:
    """The pipeline of these cells: each is pre-trained, fine-tuned and scored in a loop.

    Corpus, tokenizer and shards are made once. Which cells there are, and whether segment pairs are
    needed, is settled here; the pipeline itself decides nothing.

    Args:
        cells: config_toml and run_folder of each.
        pairs_toml: settings by which segment pairs are cut; empty where no cell trains on them.
    """

    @dsl.pipeline(name="spanbert-ablation", description="Variants of SpanBERT at equal compute")
    def ablation(config_toml: str, run_folder: str, sources_digest: str, code_digest: str) -> None:
        common = {"config_toml": config_toml, "run_folder": run_folder}
        corpus = prepare_corpus(**common, sources_digest=sources_digest, code_digest=code_digest)
        documents = {name: corpus.outputs[name] for name in ("documents", "held_out")}
        tokenizer = train_tokenizer(**common, documents=documents["documents"]).outputs["tokenizer"]
        # single segments even where all cells take pairs: what comes second has another name in
        # kfp's cache, and a grid that grows must find its steps under the names they had
        single = build_shards(**common, **documents, tokenizer=tokenizer).outputs
        shards = {"single": single["shards"], "held_out_single": single["held_out_shards"]}
        if pairs_toml:
            pairs = build_shards(
                config_toml=pairs_toml, run_folder=run_folder, **documents, tokenizer=tokenizer
            ).outputs
            shards |= {"pairs": pairs["shards"], "held_out_pairs": pairs["held_out_shards"]}
        with dsl.ParallelFor(list(cells), parallelism=_CELLS_AT_ONCE) as cell:
            scores = _score(cell.config_toml, cell.run_folder, tokenizer, shards)
        table = write_ablation(**common, cells=dsl.Collected(scores))
        table.set_caching_options(False)  # it writes outside its outputs and is quick to repeat

    return ablation


def _score(config_toml: Any, run_folder: Any, tokenizer: Any, shards: dict[str, Any]) -> Any:
    """The steps of one cell; its scores."""
    common = {"config_toml": config_toml, "run_folder": run_folder}
    chosen = choose_shards(config_toml=config_toml, **shards).outputs
    encoder = pretrain(**common, shards=chosen["shards"], tokenizer=tokenizer).outputs["encoder"]
    held_out = evaluate_pretraining(
        **common, encoder=encoder, held_out_shards=chosen["held_out_shards"]
    )
    tuned = finetune("qa", **common, start=PRETRAINED, tokenizer=tokenizer, encoder=encoder)
    task_model = tuned.outputs["task_model"]
    answered = evaluate("qa", **common, start=PRETRAINED, task_model=task_model)
    return score_cell(
        **common,
        pretraining_scores=held_out.outputs["scores"],
        qa_scores=answered.outputs["scores"],
    ).outputs["cell"]

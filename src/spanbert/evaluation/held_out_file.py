"""A text file and a model -> held-out losses: what `spanbert evaluate pretraining` prints."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from spanbert.config import Config
from spanbert.corpus.documents import write_documents
from spanbert.evaluation.pretraining import evaluate_pretraining
from spanbert.model.published import model_config_of
from spanbert.objectives.batch import NUM_SPECIAL
from spanbert.shards.writer import write_shards
from spanbert.tokenizer.artifact import build_tokenizer


def evaluate_file(model: Path, corpus: Path | str, config: Config, scratch: Path) -> dict[str, Any]:
    """Losses in nats per target token, the text's unigram entropy, the masking and seed used.

    Args:
        corpus: a text file, or the URL of one, as in `corpus.sources`.
        config: its shards, masking and run.seed are used; segments fit the model in any case.
        scratch: an empty folder for what is made on the way.
    """
    sources = replace(
        config.corpus, sources=(str(corpus),), held_out_fraction=0.0, min_characters=1
    )
    room = model_config_of(model).max_positions - NUM_SPECIAL
    cut = replace(config.shards, max_pieces=min(config.shards.max_pieces, room))
    words = replace(config.tokenizer, path=str(model))
    documents, tokenizer, shards = (scratch / n for n in ("documents", "tokenizer", "shards"))
    write_documents(documents, scratch / "held-out", sources)
    build_tokenizer(documents, tokenizer, words)
    write_shards(documents, tokenizer, shards, cut)
    loss, _ = evaluate_pretraining(model, shards, config)
    return loss.figures | {"masking": asdict(config.masking)}

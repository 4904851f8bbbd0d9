"""Documents and a pre-trained encoder -> a published coreference model, the best on dev."""

from dataclasses import dataclass
from pathlib import Path

from spanbert.model.config import ModelConfig
from spanbert.progress import LogMetrics, Say, no_metrics, silent
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.splits import gold_digests, gold_identity, read_file
from spanbert.tasks.coref.trainer import CorefTrainer
from spanbert.tasks.files import digests_of, read_all, require_named
from spanbert.tasks.search import Found
from spanbert.tasks.start import sizes_of, start_digests
from spanbert.tasks.training import Training, publish_best
from spanbert.tokenizer.subword import load_tokenizer


@dataclass(frozen=True, kw_only=True)
class CorefTraining(Training):
    """What fine-tuning did; kept as training.json beside the model."""

    num_documents: int
    num_segments: int


def finetune_coref(
    folder: Path,
    *,
    start: Path | None,
    tokenizer: Path,
    model: ModelConfig,
    config: CorefConfig,
    seed: int,
    work: Path | None = None,
    say: Say = silent,
    log: LogMetrics = no_metrics,
) -> CorefTraining:
    """Train on the files in `config.train` and publish a model folder.

    Where the settings name a grid or seeds, all are trained and the best on dev is published.

    Args:
        folder: where the model appears, as `CoreferenceResolver.load` reads it; its encoder is
            what `transformers` reads as a BertModel.
        start: a Hugging Face folder whose encoder is taken; without one, weights are fresh.
        tokenizer: a folder with a vocabulary.
        model: sizes of a fresh encoder; with `start`, its own sizes count.
        seed: of the training, where `config.seeds` names none.
        work: keeps finished trainings for a call that goes on after this one was killed; absent:
            they go with this call.

    Raises:
        ConfigError: no training file is named, or another process works in `work`.
        DataError: a training or dev file cannot be used.
        CheckpointError: start, vocabulary and lengths do not fit together.
        NumericsError: training diverged.
        DependencyError: dev files are named, and SciPy is not installed.
    """
    sizes = sizes_of(start, load_tokenizer(tokenizer), model, config)
    require_named("coref.train", config.train, "train.conll")
    documents, skipped = read_all(config.train, read_file)
    say(f"{len(documents)} documents, {sum(skipped.values())} documents or mentions skipped")

    def describe(found: Found[CorefConfig]) -> CorefTraining:
        return CorefTraining.of(
            found,
            num_documents=len(documents),
            num_segments=found.best.found.facts["num_segments"],
            skipped=skipped,
            gold=gold_identity(config),
        )

    return publish_best(
        folder,
        CorefTrainer(start, tokenizer, sizes, documents, config, say=say, log=log),
        config,
        describe,
        seed=seed,
        sizes=sizes,
        inputs=start_digests(start, tokenizer)
        | digests_of("train", config.train)
        | gold_digests(config, "dev"),
        test_inputs=gold_digests(config, "test"),
        work=work,
        say=say,
    )

"""Examples and a pre-trained encoder -> a published classifier, the best on dev."""

from dataclasses import dataclass, replace
from pathlib import Path

from spanbert.model.config import ModelConfig
from spanbert.progress import LogMetrics, Say, no_metrics, silent
from spanbert.tasks.classification.gold import file_digests, gold_identity
from spanbert.tasks.classification.problem import ConfigT, ExampleT, Problem
from spanbert.tasks.classification.trainer import ClassificationTrainer
from spanbert.tasks.search import Found
from spanbert.tasks.start import sizes_of, start_digests
from spanbert.tasks.training import Training, publish_best
from spanbert.tokenizer.subword import load_tokenizer


@dataclass(frozen=True, kw_only=True)
class ClassificationTraining(Training):
    """What fine-tuning did; kept as training.json beside the model."""

    num_examples: int
    num_labels: int  # 0 where a number is predicted


def finetune_classifier(
    folder: Path,
    kind: type[Problem[ExampleT, ConfigT]],
    *,
    start: Path | None,
    tokenizer: Path,
    model: ModelConfig,
    config: ConfigT,
    seed: int,
    work: Path | None = None,
    say: Say = silent,
    log: LogMetrics = no_metrics,
) -> ClassificationTraining:
    """Train on the files of the settings and publish a model folder.

    Where the settings name a grid or seeds, all are trained and the best on dev is published.

    Args:
        folder: where the model appears, as `transformers` and `Classifier.load` read it.
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
    """
    vocabulary = load_tokenizer(tokenizer)
    sizes = sizes_of(start, vocabulary, model, config)
    problem, train = kind.learn(config, vocabulary, say)
    sizes = replace(sizes, vocab_size=max(sizes.vocab_size, problem.least_vocab_size))
    say(f"{len(train.examples)} examples, {sum(train.skipped.values())} skipped")

    def describe(found: Found[ConfigT]) -> ClassificationTraining:
        return ClassificationTraining.of(
            found,
            num_examples=len(train.examples),
            num_labels=len(problem.labels),
            skipped=train.skipped,
            gold=gold_identity(config),
        )

    return publish_best(
        folder,
        ClassificationTrainer(
            problem, start, tokenizer, sizes, train.examples, config, say=say, log=log
        ),
        config,
        describe,
        seed=seed,
        sizes=sizes,
        inputs=start_digests(start, tokenizer) | file_digests(config, "train", "dev"),
        test_inputs=file_digests(config, *config.scored),
        work=work,
        say=say,
    )

"""Questions and a pre-trained encoder -> a published question answering model, the best on dev."""

from dataclasses import dataclass
from pathlib import Path

from spanbert.model.config import ModelConfig
from spanbert.progress import LogMetrics, Say, no_metrics, silent
from spanbert.tasks.config import QAConfig
from spanbert.tasks.files import digests_of, read_all, require_named
from spanbert.tasks.qa.examples import Question, read_questions
from spanbert.tasks.qa.gold import gold_digests, gold_identity
from spanbert.tasks.qa.trainer import QATrainer
from spanbert.tasks.search import Found
from spanbert.tasks.start import sizes_of, start_digests
from spanbert.tasks.training import Training, publish_best
from spanbert.tokenizer.subword import load_tokenizer


@dataclass(frozen=True, kw_only=True)
class QATraining(Training):
    """What fine-tuning did; kept as training.json beside the model."""

    num_questions: int
    num_windows: int
    null_threshold: float | None  # margin above which there is no answer


def finetune_qa(
    folder: Path,
    *,
    start: Path | None,
    tokenizer: Path,
    model: ModelConfig,
    config: QAConfig,
    seed: int,
    work: Path | None = None,
    say: Say = silent,
    log: LogMetrics = no_metrics,
) -> QATraining:
    """Train on the files in `config.train` and publish a model folder.

    Where the settings name a grid or seeds, all are trained and the best on dev is published.

    Args:
        folder: where the model appears, as `transformers` and `QuestionAnswerer.load` read it.
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
    sizes = sizes_of(start, load_tokenizer(tokenizer), model, config)
    require_named("qa.train", config.train, "train.json")
    questions, skipped = read_all(config.train, _read)
    say(f"{len(questions)} questions, {sum(skipped.values())} skipped")

    def describe(found: Found[QAConfig]) -> QATraining:
        facts, gold = found.best.found.facts, gold_identity(config)
        own = {name: facts[name] for name in ("num_windows", "null_threshold")}
        return QATraining.of(found, num_questions=len(questions), skipped=skipped, gold=gold, **own)

    return publish_best(
        folder,
        QATrainer(start, tokenizer, sizes, questions, config, say=say, log=log),
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


def _read(path: Path) -> tuple[list[Question], dict[str, int]]:
    file = read_questions(path)
    return file.questions, file.skipped

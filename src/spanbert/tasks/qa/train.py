"""Questions and a pre-trained encoder -> a published question answering model, the best on dev."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spanbert.errors import ConfigError
from spanbert.lease import sole_owner
from spanbert.model.config import ModelConfig
from spanbert.parts import code_digest, link_or_copy, work_folder
from spanbert.progress import LogMetrics, Say, no_metrics, silent
from spanbert.storage import publish, read_manifest, sha256_of
from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.examples import Question, read_questions
from spanbert.tasks.qa.gold import gold_digests, gold_identity
from spanbert.tasks.qa.start import sizes_of, start_digests
from spanbert.tasks.qa.trainer import QATrainer
from spanbert.tasks.search import Found, search
from spanbert.tokenizer.subword import load_tokenizer

TRAINING_FILE = "training.json"


@dataclass(frozen=True)
class QATraining:
    """What fine-tuning did; kept as training.json beside the model."""

    curve: list[dict[str, float]]  # step and loss of the training that gave this model
    dev_curve: list[dict[str, float]]  # step and score of its evaluations on dev
    num_questions: int
    num_windows: int
    skipped: dict[str, int]  # questions and answers left out, by reason
    null_threshold: float | None  # margin above which there is no answer
    trainings: list[dict[str, Any]]  # all of the search: recipe, seed, score on dev
    seeds: list[dict[str, Any]]  # scores of each seed of the best recipe on dev and test
    gold: dict[str, Any]  # what these are scores on: `gold.gold_identity`


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
    questions, skipped = _read_all(config.train)
    say(f"{len(questions)} questions, {sum(skipped.values())} skipped")
    trainer = QATrainer(start, tokenizer, sizes, questions, config, say=say, log=log)
    inputs = start_digests(start, tokenizer) | _file_digests(config)
    with work_folder(work, folder) as place, sole_owner(place):
        found = search(
            config,
            config.seeds or (seed,),
            trainer,
            work=place,
            inputs=inputs | gold_digests(config, "test") | _decisive(sizes),
            say=say,
        )
        training = _training(found, config, len(questions), skipped)
        settings = {"qa": asdict(config), "model": asdict(sizes), "seed": found.best.seed}
        with publish(folder, "model", inputs=inputs, config=settings) as draft:
            for name in read_manifest(found.model, "model").files:
                link_or_copy(found.model / name, draft.folder / name)
            text = json.dumps(asdict(training), indent=1)
            (draft.folder / TRAINING_FILE).write_text(text + "\n")
            draft.counts |= {"num_questions": training.num_questions, **skipped}
            draft.counts["num_windows"] = training.num_windows
    return training


def _read_all(files: tuple[str, ...]) -> tuple[list[Question], dict[str, int]]:
    """The questions of all files, and what was left out by reason."""
    if not files:
        raise ConfigError("qa.train names no file", remedy="--set 'qa.train=[\"train.json\"]'")
    questions: list[Question] = []
    skipped: dict[str, int] = {}
    for name in files:
        read = read_questions(Path(name))
        questions += read.questions
        for reason, count in read.skipped.items():
            skipped[reason] = skipped.get(reason, 0) + count
    return questions, skipped


def _file_digests(config: QAConfig) -> dict[str, str]:
    train = {f"train_{i}": sha256_of(Path(name)) for i, name in enumerate(config.train)}
    return train | gold_digests(config, "dev")


def _decisive(sizes: ModelConfig) -> dict[str, str]:
    """What else decides a training: what other sizes or other code left is not gone on from."""
    return {"sizes": json.dumps(asdict(sizes)), "code": code_digest("spanbert")}


def _training(
    found: Found[QAConfig], config: QAConfig, num_questions: int, skipped: dict[str, int]
) -> QATraining:
    facts = found.best.found.facts
    return QATraining(
        curve=facts["curve"],
        dev_curve=facts["dev_curve"],
        num_questions=num_questions,
        num_windows=facts["num_windows"],
        skipped=skipped,
        null_threshold=facts["null_threshold"],
        trainings=[cell.row() for cell in found.cells],
        seeds=[{"seed": seed, **scores} for seed, scores in found.scores_by_seed.items()],
        gold=gold_identity(config),
    )

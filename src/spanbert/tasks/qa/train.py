"""Questions and a pre-trained encoder -> a published question answering model."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from spanbert.errors import CheckpointError, ConfigError
from spanbert.model.config import ModelConfig
from spanbert.model.pretraining import initialize
from spanbert.model.published import load_whole, model_config_of, write_folder
from spanbert.model.vocabulary import require_same_entries, require_same_size
from spanbert.progress import LogMetrics, Say, no_metrics, silent
from spanbert.storage import MANIFEST, publish, sha256_of, verify
from spanbert.tasks.config import QAConfig
from spanbert.tasks.finetune import finetune
from spanbert.tasks.qa.examples import Question, read_questions
from spanbert.tasks.qa.head import QuestionAnsweringModel
from spanbert.tasks.qa.predict import QuestionAnswerer, write_decoding
from spanbert.tasks.task import preferred_device
from spanbert.tokenizer.folder import VOCABULARY_FILES
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer

_TRAINING_FILE = "training.json"


@dataclass(frozen=True)
class QATraining:
    """What fine-tuning did; kept as training.json beside the model."""

    curve: list[dict[str, float]]  # step and loss
    num_questions: int
    num_windows: int
    skipped: dict[str, int]  # questions and answers left out, by reason


def finetune_qa(
    folder: Path,
    *,
    start: Path | None,
    tokenizer: Path,
    model: ModelConfig,
    config: QAConfig,
    seed: int,
    say: Say = silent,
    log: LogMetrics = no_metrics,
) -> QATraining:
    """Train on the files in `config.train` and publish a model folder.

    Args:
        folder: where the model appears, as `transformers` and `QuestionAnswerer.load` read it.
        start: a Hugging Face folder whose encoder is taken; without one, weights are fresh.
        tokenizer: a folder with a vocabulary.
        model: sizes of a fresh encoder; with `start`, its own sizes count.

    Raises:
        ConfigError: no training file is named.
        DataError: a training file cannot be used.
        CheckpointError: start, vocabulary and lengths do not fit together.
        NumericsError: training diverged.
    """
    wordpiece = load_tokenizer(tokenizer)
    sizes = _sizes(start, wordpiece, model, config)
    network = _initial_model(start, sizes, seed)
    questions, skipped = _read_all(config.train)
    answerer = QuestionAnswerer(network.to(preferred_device()), wordpiece, config)
    windows = answerer.features(questions)
    say(f"{len(questions)} questions in {len(windows)} windows, {sum(skipped.values())} skipped")
    curve = finetune(answerer, windows, config, seed, say=say, log=log).curve
    training = QATraining(curve, len(questions), len(windows), skipped)
    settings = {"qa": asdict(config), "model": asdict(sizes), "seed": seed}
    inputs = _input_digests(start, tokenizer, config)
    with publish(folder, "model", inputs=inputs, config=settings) as draft:
        write_folder(
            draft.folder, network.state_dict(), sizes, "BertForQuestionAnswering", tokenizer
        )
        write_decoding(draft.folder, config)
        (draft.folder / _TRAINING_FILE).write_text(json.dumps(asdict(training), indent=1) + "\n")
        draft.counts.update(num_questions=len(questions), num_windows=len(windows), **skipped)
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


def _sizes(
    start: Path | None, tokenizer: SubwordTokenizer, model: ModelConfig, config: QAConfig
) -> ModelConfig:
    """Sizes of the model to train, which fit the tokenizer and the lengths."""
    if start is None:
        sizes = replace(model, vocab_size=tokenizer.vocab_size)
    else:
        sizes = model_config_of(start)
        _require_same_vocabulary(start, tokenizer, sizes)
    if config.max_length > sizes.max_positions or sizes.num_token_types < 2:
        raise CheckpointError(
            f"the model has {sizes.max_positions} positions and {sizes.num_token_types} token"
            f" types; {config.max_length} and 2 are needed",
            place=str(start or ""),
            remedy=f"--set qa.max_length={sizes.max_positions} or pass another model",
        )
    return sizes


def _require_same_vocabulary(start: Path, tokenizer: SubwordTokenizer, sizes: ModelConfig) -> None:
    """Refuse a model whose ids would mean other pieces; it may have more than the tokenizer."""
    if tokenizer.vocab_size > sizes.vocab_size:
        require_same_size(start, sizes.vocab_size, tokenizer)
    require_same_entries(start, tokenizer)


def _initial_model(start: Path | None, sizes: ModelConfig, seed: int) -> QuestionAnsweringModel:
    """A fresh head on the encoder of `start`, or on a fresh one."""
    model = QuestionAnsweringModel(sizes)
    initialize(model, sizes.initializer_range, seed)
    if start is not None:
        load_whole(model.encoder, start, "the encoder", "pass a folder with a whole encoder")
    return model


def _input_digests(start: Path | None, tokenizer: Path, config: QAConfig) -> dict[str, str]:
    """What the model was made from, by role."""
    digests = {"tokenizer": _folder_digest(tokenizer, VOCABULARY_FILES)}
    if start is not None:
        digests["start"] = _folder_digest(start, ("model.safetensors",))
    for i, name in enumerate(config.train):
        digests[f"train_{i}"] = sha256_of(Path(name))
    return digests


def _folder_digest(folder: Path, stock_files: tuple[str, ...]) -> str:
    """Digest of a verified artifact, or of the first such file in a folder without a manifest."""
    if (folder / MANIFEST).is_file():
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        return verify(folder, manifest["kind"]).digest
    return sha256_of(next(folder / name for name in stock_files if (folder / name).is_file()))

"""The model that pre-training starts from: imported once, its sizes and vocabulary taken over."""

from dataclasses import asdict, replace
from pathlib import Path

from spanbert.config import Config
from spanbert.errors import ConfigError
from spanbert.model.config import ModelConfig
from spanbert.model.importing.artifact import import_folder, import_inputs
from spanbert.model.importing.layouts import read_source
from spanbert.model.published import model_config_of
from spanbert.model.vocabulary import has_vocabulary
from spanbert.progress import Say
from spanbert.storage import verify
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.subword import load_tokenizer


def prepare_start(config: Config, tokenizer: Path, folder: Path, say: Say) -> None:
    """Publish the model that `training.start` names, with the heads that the objective needs.

    A folder made from the same files and settings is kept as it is.

    Raises:
        DataError: nothing is at that path.
        CheckpointError: it cannot be loaded, or the vocabulary is not the model's.
        IntegrityError: it is unsafe to read.
    """
    source = Path(config.training.start).absolute()
    if folder.exists() and source.exists() and _is_prepared(folder, config, source, tokenizer):
        return
    report = import_folder(
        source, folder, tokenizer=tokenizer, objective=config.objective, seed=config.run.seed
    )
    for line in report.lines():
        say(line)


def _is_prepared(folder: Path, config: Config, source: Path, tokenizer: Path) -> bool:
    manifest = verify(folder, "model")
    settings = {"objective": asdict(config.objective), "seed": config.run.seed}
    is_same_settings = settings.items() <= manifest.config.items()
    return is_same_settings and manifest.inputs == import_inputs(source, load_tokenizer(tokenizer))


def with_sizes_of(config: Config, start: Path) -> Config:
    """Settings of pre-training with a published model's sizes; dropout stays as it is set.

    Raises:
        ConfigError: segments are longer than it has positions.
    """
    resized = _with_sizes(config, model_config_of(start))
    resized.require_positions()
    return resized


def with_start_sizes(config: Config) -> Config:
    """The settings with the sizes of the model that training starts from, if there is one."""
    if not config.training.start:
        return config
    return _with_sizes(config, read_source(Path(config.training.start)).config)


def _with_sizes(config: Config, sizes: ModelConfig) -> Config:
    ours = config.model
    rates = {"hidden_dropout": ours.hidden_dropout, "attention_dropout": ours.attention_dropout}
    return replace(config, model=replace(sizes, **rates))


def tokenizer_settings(config: Config) -> TokenizerConfig:
    """Settings of the tokenizer stage: where training starts from a model, that model's vocabulary.

    Raises:
        ConfigError: the model has none beside it, and the settings name none.
    """
    start = config.training.start
    if not start or config.tokenizer.path:
        return config.tokenizer
    if not has_vocabulary(Path(start)):
        raise ConfigError(
            "training.start has no vocabulary beside its weights",
            place=start,
            remedy="name the folder of the one it was trained with: --set tokenizer.path=FOLDER",
        )
    return replace(config.tokenizer, path=start)

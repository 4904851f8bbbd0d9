"""Settings -> the sizes of what will be trained, from small files alone: no weights are read."""

import json
from dataclasses import replace
from pathlib import Path

from spanbert.config import Config
from spanbert.model.config import ModelConfig
from spanbert.model.importing.huggingface_config import sizes_of
from spanbert.planning.work import training_parameters

_STATE_BYTES = 12  # of a parameter: weight and two moments in fp32
WEIGHT_BYTES = 4
_RATES = ("hidden_dropout", "attention_dropout")


def sized(config: Config) -> Config:
    """The settings with the model's sizes as far as they are known before anything is made.

    A model to start from sets them where it has a `config.json`; else the tokenizer sets the
    number of entries. What is not there yet, or is in another layout, leaves what is set.
    """
    if sizes := start_sizes(config):
        rates = {name: getattr(config.model, name) for name in _RATES}  # these stay as they are set
        return replace(config, model=replace(sizes, **rates))
    return replace(config, model=replace(config.model, vocab_size=vocabulary_size(config)))


def start_sizes(config: Config) -> ModelConfig | None:
    """Those of the model to start from; None where there is none, or they are not known."""
    start = Path(config.training.start)
    is_known = bool(config.training.start) and (start / "config.json").is_file()
    return sizes_of(start) if is_known else None


def vocabulary_size(config: Config) -> int:
    """Entries of the tokenizer that is named, or the most that training one makes."""
    folder = Path(config.tokenizer.path)
    if config.tokenizer.path and (folder / "tokenizer.json").is_file():
        return _entries(folder / "tokenizer.json")
    if config.tokenizer.path and (folder / "vocab.txt").is_file():
        return (folder / "vocab.txt").read_bytes().removesuffix(b"\n").count(b"\n") + 1
    if config.tokenizer.path and (folder / "vocab.json").is_file():
        return len(json.loads((folder / "vocab.json").read_text(encoding="utf-8")))
    return config.tokenizer.vocab_size


def state_bytes(config: Config) -> int:
    """A checkpoint of a sized model: weights and two moments."""
    return training_parameters(config.model, config.objective) * _STATE_BYTES


def model_bytes(config: Config) -> int:
    """The model that is exported at the end."""
    return training_parameters(config.model, config.objective) * WEIGHT_BYTES


def _entries(path: Path) -> int:
    """One more than the largest id: added tokens stand beside the vocabulary, or repeat it."""
    rules = json.loads(path.read_text(encoding="utf-8"))
    vocabulary = rules["model"]["vocab"]
    listed = vocabulary.values() if isinstance(vocabulary, dict) else range(len(vocabulary))
    return 1 + max([*listed, *(token["id"] for token in rules.get("added_tokens", []))])

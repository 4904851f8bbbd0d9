"""`config.json` of a Hugging Face folder, whatever year it is from -> sizes."""

import json
from pathlib import Path
from typing import Any

from spanbert.errors import CheckpointError, ConfigError
from spanbert.model.config import ModelConfig

# what BERT's configuration means where a file leaves it out, as files of 2019 do
_DEFAULTS = {
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1,
    "layer_norm_eps": 1e-12,
    "initializer_range": 0.02,
}
_ONLY = {"hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False}


def read_config(folder: Path) -> dict[str, Any]:
    """The content of `config.json`.

    Raises:
        CheckpointError: it cannot be read.
    """
    path = folder / "config.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"cannot be read ({error})", place=str(path), remedy="copy or download it again"
        ) from error
    return raw if isinstance(raw, dict) else {}


def model_type_of(folder: Path) -> str:
    """Which architecture it is, "bert" where the file does not say; "" without a `config.json`."""
    if not (folder / "config.json").is_file():
        return ""
    return str(read_config(folder).get("model_type", "bert"))


def sizes_of(folder: Path) -> ModelConfig:
    """Sizes of the encoder in a folder.

    Raises:
        CheckpointError: a size is missing or no number, or the encoder is not of BERT's form.
    """
    raw = _DEFAULTS | read_config(folder)
    for name, value in _ONLY.items():
        if raw.get(name, value) != value:
            raise CheckpointError(
                f"{name} = {raw[name]!r}, only {value!r} can be loaded",
                place=str(folder / "config.json"),
                remedy="start from another model",
            )
    try:
        return ModelConfig(
            vocab_size=int(raw["vocab_size"]),
            hidden_size=int(raw["hidden_size"]),
            num_layers=int(raw["num_hidden_layers"]),
            num_heads=int(raw["num_attention_heads"]),
            intermediate_size=int(raw["intermediate_size"]),
            max_positions=int(raw["max_position_embeddings"]),
            num_token_types=int(raw["type_vocab_size"]),
            hidden_dropout=float(raw["hidden_dropout_prob"]),
            attention_dropout=float(raw["attention_probs_dropout_prob"]),
            layer_norm_eps=float(raw["layer_norm_eps"]),
            initializer_range=float(raw["initializer_range"]),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError, ConfigError) as error:
        raise CheckpointError(
            f"not the sizes of a BERT ({type(error).__name__}: {error})",
            place=str(folder / "config.json"),
            remedy="pass a Hugging Face folder of a BERT or RoBERTa",
        ) from error

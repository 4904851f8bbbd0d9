"""Weights to and from the stock Hugging Face folder.

`config.json`, `model.safetensors` and the tokenizer's files, which `transformers` loads as
`AutoModel` or `BertForMaskedLM`. The span boundary head lies in the same file under
`cls.pair_target_predictions.`, the name that the published checkpoints use. Everything is
safetensors, JSON or text; nothing here can execute.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from spanbert.errors import CheckpointError
from spanbert.model.config import ModelConfig
from spanbert.model.pretraining import PretrainingModel
from spanbert.model.vocabulary import has_vocabulary
from spanbert.objectives.config import ObjectiveConfig
from spanbert.tokenizer.folder import TOKENIZER_FILES
from spanbert.tokenizer.subword import load_tokenizer

MLM_PREFIX = "cls.predictions."
SBO_PREFIX = "cls.pair_target_predictions."
NSP_PREFIX = "cls.seq_relationship."
_SBO_POSITIONS = f"{SBO_PREFIX}position_embeddings.weight"
_NUM_PROJECTIONS = 3  # query, key and value are one matrix here, three there

# our name -> theirs, where a module's name is all that differs
_ENCODER_NAMES = {
    "embeddings.word.": "bert.embeddings.word_embeddings.",
    "embeddings.position.": "bert.embeddings.position_embeddings.",
    "embeddings.token_type.": "bert.embeddings.token_type_embeddings.",
    "embeddings.norm.": "bert.embeddings.LayerNorm.",
}
_LAYER_NAMES = {
    "attention.output.": "attention.output.dense.",
    "attention.norm.": "attention.output.LayerNorm.",
    "feed_forward.inner.": "intermediate.dense.",
    "feed_forward.outer.": "output.dense.",
    "feed_forward.norm.": "output.LayerNorm.",
}
_PROJECTIONS = ("query", "key", "value")
_HEAD_NAMES = {
    "masked_token_head.dense.": f"{MLM_PREFIX}transform.dense.",
    "masked_token_head.norm.": f"{MLM_PREFIX}transform.LayerNorm.",
    "masked_token_head.bias": f"{MLM_PREFIX}bias",
    "span_boundary_head.position.": f"{SBO_PREFIX}position_embeddings.",
    "span_boundary_head.dense1.": f"{SBO_PREFIX}mlp_layer_norm.linear1.",
    "span_boundary_head.norm1.": f"{SBO_PREFIX}mlp_layer_norm.layer_norm1.",
    "span_boundary_head.dense2.": f"{SBO_PREFIX}mlp_layer_norm.linear2.",
    "span_boundary_head.norm2.": f"{SBO_PREFIX}mlp_layer_norm.layer_norm2.",
    "span_boundary_head.bias": f"{SBO_PREFIX}bias",
    "next_sentence_head.pooler.": "bert.pooler.dense.",
    "pooler.": "bert.pooler.dense.",  # of a classifier
    "next_sentence_head.output.": NSP_PREFIX,
}


def huggingface_config(config: ModelConfig, architecture: str, pad_id: int = 0) -> dict[str, Any]:
    """The `config.json` of a BERT of these sizes.

    Args:
        pad_id: of the padding token, whose embedding `transformers` never trains.
    """
    return {
        "architectures": [architecture],
        "model_type": "bert",
        "vocab_size": config.vocab_size,
        "hidden_size": config.hidden_size,
        "num_hidden_layers": config.num_layers,
        "num_attention_heads": config.num_heads,
        "intermediate_size": config.intermediate_size,
        "hidden_act": "gelu",
        "hidden_dropout_prob": config.hidden_dropout,
        "attention_probs_dropout_prob": config.attention_dropout,
        "max_position_embeddings": config.max_positions,
        "type_vocab_size": config.num_token_types,
        "initializer_range": config.initializer_range,
        "layer_norm_eps": config.layer_norm_eps,
        "pad_token_id": pad_id,
        "position_embedding_type": "absolute",
        "tie_word_embeddings": True,
        "torch_dtype": "float32",
    }


def model_config_of(folder: Path) -> ModelConfig:
    """Sizes of the BERT in a Hugging Face folder.

    Raises:
        CheckpointError: there is no readable `config.json`, or it is not a BERT's.
    """
    path = folder / "config.json"
    try:
        raw = json.loads(path.read_text())
        if raw.get("model_type") != "bert":
            raise CheckpointError(
                f"model_type {raw.get('model_type')!r} is not 'bert'", place=str(path)
            )
        return ModelConfig(
            vocab_size=raw["vocab_size"],
            hidden_size=raw["hidden_size"],
            num_layers=raw["num_hidden_layers"],
            num_heads=raw["num_attention_heads"],
            intermediate_size=raw["intermediate_size"],
            max_positions=raw["max_position_embeddings"],
            num_token_types=raw["type_vocab_size"],
            hidden_dropout=raw["hidden_dropout_prob"],
            attention_dropout=raw["attention_probs_dropout_prob"],
            layer_norm_eps=raw["layer_norm_eps"],
            initializer_range=raw["initializer_range"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"not a Hugging Face model folder ({type(error).__name__}: {error})",
            place=str(path),
            remedy="pass a folder made by `spanbert pretrain` or `finetune`",
        ) from error


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Our state dict under the published names; names that have none there are kept."""
    published: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if ".attention.query_key_value." in name:
            layer, kind = _layer_number(name), name.rpartition(".")[2]
            parts = tensor.chunk(_NUM_PROJECTIONS)
            for projection, part in zip(_PROJECTIONS, parts, strict=True):
                theirs = f"bert.encoder.layer.{layer}.attention.self.{projection}.{kind}"
                published[theirs] = part.contiguous()
        else:
            published[_published_name(name)] = tensor.contiguous()
    return published


def own_names(published: Mapping[str, Tensor], template: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The published tensors that fill `template`'s names; absent ones are left out.

    Args:
        template: a state dict of the module that is to be filled.
    """
    own: dict[str, Tensor] = {}
    for name in template:
        theirs = list(published_names({name: torch.empty(_NUM_PROJECTIONS, 1)}))
        if all(their in published for their in theirs):
            own[name] = torch.cat([published[their] for their in theirs])
    return own


def write_folder(
    folder: Path,
    state: Mapping[str, Tensor],
    config: ModelConfig,
    architecture: str,
    tokenizer_folder: Path,
    *,
    head: Mapping[str, Any] | None = None,
) -> None:
    """Write a stock Hugging Face folder into an existing, empty one.

    Args:
        state: our state dict: encoder under `encoder.`, heads beside it.
        architecture: the `transformers` class that loads it, for example "BertForMaskedLM".
        tokenizer_folder: those of `TOKENIZER_FILES` that it has are copied.
        head: entries of `config.json` that this class needs besides.
    """
    tensors = {name: t.detach().cpu() for name, t in published_names(state).items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    pad_id = load_tokenizer(tokenizer_folder).pad_id if has_vocabulary(tokenizer_folder) else 0
    settings = huggingface_config(config, architecture, pad_id) | dict(head or {})
    text = json.dumps(settings, indent=2)
    (folder / "config.json").write_text(text + "\n")
    shutil.copymode(
        folder / "config.json", folder / "model.safetensors"
    )  # else for the owner alone
    for name in TOKENIZER_FILES:
        if (tokenizer_folder / name).exists():
            (folder / name).write_bytes((tokenizer_folder / name).read_bytes())


def load_into(module: torch.nn.Module, folder: Path) -> list[str]:
    """Fill a module from a Hugging Face folder; returns the names that kept their fresh weights.

    Raises:
        CheckpointError: no readable weights, or a tensor of another shape.
    """
    path = folder / "model.safetensors"
    try:
        published = load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"no readable weights ({error})", place=str(path), remedy="pass a model folder"
        ) from error
    template = module.state_dict()
    own = own_names(published, template)
    for name, tensor in own.items():
        if tensor.shape != template[name].shape:
            raise CheckpointError(
                f"{name} is {tuple(tensor.shape)}, expected {tuple(template[name].shape)}",
                place=str(path),
                remedy="sizes and weights are of different models: make the folder again",
            )
    module.load_state_dict(own, strict=False)
    return sorted(set(template) - set(own))


def load_whole(module: torch.nn.Module, folder: Path, of_what: str, remedy: str) -> None:
    """Fill every weight of a module from a Hugging Face folder.

    Args:
        of_what: names the weights in the message.

    Raises:
        CheckpointError: a weight is missing; as `load_into` otherwise.
    """
    missing = load_into(module, folder)
    if missing:
        raise CheckpointError(
            f"{len(missing)} weights of {of_what} are missing, first {missing[0]}",
            place=str(folder),
            remedy=remedy,
        )


def objective_of(folder: Path) -> ObjectiveConfig:
    """Which heads of pre-training a model folder holds, and their sizes.

    Raises:
        CheckpointError: the weights cannot be read.
    """
    path = folder / "model.safetensors"
    try:
        with safe_open(path, framework="pt") as weights:
            names = weights.keys()
            shapes = {name: weights.get_slice(name).get_shape() for name in names}
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"no readable weights ({error})", place=str(path), remedy="pass a model folder"
        ) from error
    return objective_of_shapes(shapes)


def objective_of_shapes(shapes: Mapping[str, Sequence[int]]) -> ObjectiveConfig:
    """Which heads of pre-training tensors of these published names and shapes make."""
    has_nsp = f"{NSP_PREFIX}weight" in shapes
    if len(shapes.get(_SBO_POSITIONS, ())) != 2:  # no such table
        return ObjectiveConfig(sbo_weight=0.0, nsp=has_nsp)
    positions, size = shapes[_SBO_POSITIONS]
    return ObjectiveConfig(max_sbo_pieces=positions, sbo_position_size=size, nsp=has_nsp)


def load_pretraining_model(folder: Path) -> PretrainingModel:
    """The model in an exported folder, with the heads that are there, ready to predict.

    Raises:
        CheckpointError: a weight is missing.
    """
    model = PretrainingModel(model_config_of(folder), objective_of(folder))
    load_whole(model, folder, "pre-training", "pass a folder that `spanbert pretrain` made")
    return model.eval()


def _layer_number(name: str) -> str:
    return name.partition("layers.")[2].partition(".")[0]


def _published_name(name: str) -> str:
    for ours, theirs in _HEAD_NAMES.items():
        if name.startswith(ours):
            return theirs + name.removeprefix(ours)
    inner = name.removeprefix("encoder.")
    for ours, theirs in _ENCODER_NAMES.items():
        if inner.startswith(ours):
            return theirs + inner.removeprefix(ours)
    if inner.startswith("layers."):
        number = _layer_number(inner)
        rest = inner.removeprefix(f"layers.{number}.")
        for ours, theirs in _LAYER_NAMES.items():
            if rest.startswith(ours):
                return f"bert.encoder.layer.{number}.{theirs}{rest.removeprefix(ours)}"
    return name

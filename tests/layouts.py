"""Models in the layouts that others publish, made from random weights of `transformers`."""

import argparse
import json
from collections import OrderedDict
from pathlib import Path

import torch
import transformers

WIDE = {"initializer_range": 0.2}  # far from each other, so that a mix-up shows
SIZES = {
    "vocab_size": 89,
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 40,
    "max_position_embeddings": 33,
}


def randomise(model: torch.nn.Module, seed: int = 7) -> torch.nn.Module:
    """Every parameter drawn anew, biases and layer norms too."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        centre = float("LayerNorm.weight" in name or "layer_norm.weight" in name)
        drawn = torch.randn(parameter.shape, generator=generator)
        parameter.data.copy_(centre + 0.1 * drawn)
    return model.eval()


def bert(architecture: str = "BertForPreTraining", **changes) -> transformers.PreTrainedModel:
    """A BERT whose every parameter is random."""
    config = transformers.BertConfig(**(SIZES | WIDE | changes))
    return randomise(getattr(transformers, architecture)(config))


def roberta(architecture: str = "RobertaForMaskedLM", **changes) -> transformers.PreTrainedModel:
    """A RoBERTa whose every parameter is random: two positions more, one token type."""
    own = {"max_position_embeddings": 35, "type_vocab_size": 1, "layer_norm_eps": 1e-5}
    config = transformers.RobertaConfig(**(SIZES | WIDE | own | changes))
    return randomise(getattr(transformers, architecture)(config))


def sbo_head(hidden: int, vocab: int, rows: int = 15, width: int = 200) -> dict[str, torch.Tensor]:
    """A span boundary head under the names that it was published with."""
    generator = torch.Generator().manual_seed(11)
    shapes = {
        "position_embeddings.weight": (rows, width),
        "mlp_layer_norm.linear1.weight": (hidden, 2 * hidden + width),
        "mlp_layer_norm.linear1.bias": (hidden,),
        "mlp_layer_norm.layer_norm1.weight": (hidden,),
        "mlp_layer_norm.layer_norm1.bias": (hidden,),
        "mlp_layer_norm.linear2.weight": (hidden, hidden),
        "mlp_layer_norm.linear2.bias": (hidden,),
        "mlp_layer_norm.layer_norm2.weight": (hidden,),
        "mlp_layer_norm.layer_norm2.bias": (hidden,),
        "bias": (vocab,),
    }
    drawn = {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}
    return {f"cls.pair_target_predictions.{name}": tensor for name, tensor in drawn.items()}


def old_norms(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Layer norms with TensorFlow's words for their parts."""

    def old(name: str) -> str:
        if "LayerNorm" not in name and "layer_norm1" not in name and "layer_norm2" not in name:
            return name
        return name.replace(".weight", ".gamma").replace(".bias", ".beta")

    return {old(name): tensor for name, tensor in state.items()}


def write_archive(folder: Path, model: transformers.PreTrainedModel, dtype=torch.float16) -> Path:
    """The layout of spanbert_hf_base.tar.gz: config.json, the encoder alone in fp16, no words."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = {name: getattr(model.config, name) for name in SIZES} | {"type_vocab_size": 2}
    (folder / "config.json").write_text(json.dumps(raw | {"hidden_act": "gelu"}))
    encoder = {n: t for n, t in model.state_dict().items() if n.startswith("bert.e")}
    torch.save({n: t.to(dtype) for n, t in encoder.items()}, folder / "pytorch_model.bin")
    return folder


def write_fairseq(
    path: Path, model: transformers.PreTrainedModel, rows: int = 15, *, legacy: bool = True
) -> Path:
    """The layout of spanbert_large_with_head.tar.gz: fairseq's state with both heads, in fp16."""
    config = model.config
    state = {n.removeprefix("bert."): t for n, t in model.state_dict().items()}
    state = {n: t for n, t in state.items() if not n.startswith(("pooler.", "cls.seq_"))}
    head = sbo_head(config.hidden_size, config.vocab_size, rows)
    words = state["embeddings.word_embeddings.weight"]
    tied = {f"cls.{h}.decoder.weight": words for h in ("predictions", "pair_target_predictions")}
    state = old_norms(state | head) | tied
    state.pop("cls.predictions.decoder.bias", None)
    content = {
        "args": argparse.Namespace(arch="cased_bert_pair_large", max_pair_targets=rows),
        "model": OrderedDict((f"decoder.{name}", t.half()) for name, t in state.items()),
        "optimizer_history": [{"criterion_name": "SpanBertLoss", "num_updates": 4}],
        "extra_state": {"epoch": 1, "val_loss": None},
        "last_optimizer_state": None,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    return path


def hidden_states(encoder: torch.nn.Module, ids: torch.Tensor) -> torch.Tensor:
    """What our encoder makes of sequences of equal length, as (batch, seq, hidden)."""
    from spanbert.model.packing import Packing

    flat = encoder(ids.flatten(), Packing((ids.shape[1],) * len(ids)))
    return flat.view(*ids.shape, -1)


def token_logits(model: torch.nn.Module, ids: torch.Tensor) -> torch.Tensor:
    """Our masked-token scores at every place, as (batch, seq, vocab)."""
    hidden = hidden_states(model.encoder, ids)
    scores = model.masked_token_head(hidden.flatten(0, 1), model.word_embeddings)
    return scores.view(*ids.shape, -1)

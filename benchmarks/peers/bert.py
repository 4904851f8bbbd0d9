"""BERT of `transformers` as a peer: its settings, its padded inputs, its training step."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from torch import Tensor, nn
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertPreTrainedModel,
)

from benchmarks.workload import PAD, Rows, Size

IGNORED = -100  # a label that no loss counts
_PREDICTIONS = "cls.predictions."


def bert_config(size: Size, vocab_size: int, dropout: float = 0.1) -> BertConfig:
    """The same encoder as ours; attention is torch's fused one ("sdpa") unless told otherwise."""
    return BertConfig(
        vocab_size=vocab_size,
        hidden_size=size.hidden_size,
        num_hidden_layers=size.num_layers,
        num_attention_heads=size.num_heads,
        intermediate_size=4 * size.hidden_size,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        layer_norm_eps=1e-12,
    )


def padded(rows: Rows, flat: np.ndarray, filler: int) -> Tensor:
    """(batch, longest): flat values laid out a block a line."""
    longest = int(rows.lengths.max())
    out = np.full((len(rows.lengths), longest), filler, dtype=np.int64)
    out[np.arange(longest) < rows.lengths[:, None]] = flat
    return torch.from_numpy(out)


def masked_lm_inputs(rows: Rows) -> dict[str, Tensor]:
    """Padded ids and labels; a mask where something is padded."""
    labels = np.full(rows.num_tokens, IGNORED, dtype=np.int64)
    labels[rows.mlm_rows] = rows.mlm_targets
    inputs = {
        "input_ids": padded(rows, rows.token_ids, PAD),
        "labels": padded(rows, labels, IGNORED),
    }
    if (rows.lengths != rows.lengths.max()).any():
        inputs["attention_mask"] = padded(rows, np.ones(rows.num_tokens, dtype=np.int64), 0)
    return inputs


class MaskedLM(nn.Module):
    """`BertForMaskedLM` as it is: logits at all positions."""

    def __init__(self, size: Size, vocab_size: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.inner = BertForMaskedLM(bert_config(size, vocab_size, dropout))

    def load(self, published: Mapping[str, Tensor]) -> None:
        """Take over weights under their published names."""
        state = {name: t for name, t in published.items() if "pair_target" not in name}
        state[f"{_PREDICTIONS}decoder.bias"] = state[f"{_PREDICTIONS}bias"]
        state[f"{_PREDICTIONS}decoder.weight"] = state["bert.embeddings.word_embeddings.weight"]
        self.inner.load_state_dict(state)

    def forward(self, **inputs: Tensor) -> dict[str, Tensor]:
        """The mean masked-token loss."""
        return {"mlm_loss": self.inner(**inputs).loss}


class _AsItIs(nn.Module):
    """A model of `transformers` that gives its own mean loss."""

    stock: type[BertPreTrainedModel]

    def __init__(self, size: Size, vocab_size: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.inner = self.stock(bert_config(size, vocab_size, dropout))

    def load(self, published: Mapping[str, Tensor]) -> None:
        """Take over weights under their published names."""
        self.inner.load_state_dict(dict(published))

    def forward(self, **inputs: Tensor) -> dict[str, Tensor]:
        """The mean loss."""
        return {"loss": self.inner(**inputs).loss}


class AnswerSpans(_AsItIs):
    """`BertForQuestionAnswering`; its loss is the mean of start and end."""

    stock = BertForQuestionAnswering


class Sentences(_AsItIs):
    """`BertForSequenceClassification` of two labels."""

    stock = BertForSequenceClassification


class PeerTraining:
    """A peer's training step: autocast, clip, fused AdamW, as ours.

    Args:
        model: gives named losses, which are summed.
        compiled: run it through `torch.compile`.
    """

    def __init__(
        self, model: nn.Module, precision: str = "fp32", *, compiled: bool = False
    ) -> None:
        self.model, self._is_bf16 = model.train(), precision == "bf16"
        self._forward = torch.compile(model) if compiled else model
        self._optimizer = torch.optim.AdamW(
            model.parameters(), lr=1e-6, eps=1e-6, weight_decay=0.01, fused=True
        )

    def step(self, inputs: Mapping[str, Tensor]) -> dict[str, float]:
        """One optimizer step; its losses and the gradient's norm before clipping."""
        self._optimizer.zero_grad()
        with self._autocast(next(iter(inputs.values())).device.type):
            losses: dict[str, Tensor] = self._forward(**inputs)
        torch.stack(list(losses.values())).sum().backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimizer.step()
        figures = losses | {"grad_norm": norm}
        return {name: float(value.detach()) for name, value in figures.items()}

    def _autocast(self, device_type: str) -> AbstractContextManager[object]:
        return torch.autocast(device_type, torch.bfloat16) if self._is_bf16 else nullcontext()

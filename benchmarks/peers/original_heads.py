"""SpanBERT as first laid out, on `transformers`' BERT: the peer of the whole step.

Written from the paper (SpanBERT, section 3.2) and the layout that its authors describe: padded
batches, masked-token logits at all positions of them, and boundary logits for every pair of every
block, padded to the most pairs of a block, times 15 slots.
"""

from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import BertModel
from transformers.models.bert.modeling_bert import BertPredictionHeadTransform

from benchmarks.peers.bert import IGNORED, bert_config, masked_lm_inputs
from benchmarks.workload import MAX_SBO_PIECES, SBO_POSITION_SIZE, Rows, Size

_SBO, _MLM = "cls.pair_target_predictions.", "cls.predictions."
_NAMES = {
    "bert.": "bert.",
    f"{_MLM}transform.": "transform.",
    f"{_MLM}bias": "mlm_bias",
    f"{_SBO}position_embeddings.": "position.",
    f"{_SBO}mlp_layer_norm.linear1.": "framed.0.",
    f"{_SBO}mlp_layer_norm.layer_norm1.": "framed.2.",
    f"{_SBO}mlp_layer_norm.linear2.": "framed.3.",
    f"{_SBO}mlp_layer_norm.layer_norm2.": "framed.5.",
    f"{_SBO}bias": "sbo_bias",
}


class OriginalLayout(nn.Module):
    """BERT with both heads over every slot."""

    def __init__(self, size: Size, vocab_size: int, dropout: float = 0.1) -> None:
        super().__init__()
        settings, hidden = bert_config(size, vocab_size, dropout), size.hidden_size
        self.bert = BertModel(settings, add_pooling_layer=False)
        self.transform = BertPredictionHeadTransform(settings)
        self.mlm_bias = nn.Parameter(torch.zeros(vocab_size))
        self.position = nn.Embedding(MAX_SBO_PIECES, SBO_POSITION_SIZE)
        self.framed = nn.Sequential(
            nn.Linear(2 * hidden + SBO_POSITION_SIZE, hidden),
            nn.GELU(),
            nn.LayerNorm(hidden, eps=1e-12),
            nn.Linear(hidden, hidden),
            nn.GELU(),
            nn.LayerNorm(hidden, eps=1e-12),
        )
        self.sbo_bias = nn.Parameter(torch.zeros(vocab_size))

    def load(self, published: Mapping[str, Tensor]) -> None:
        """Take over weights under their published names."""
        own = {}
        for name, tensor in published.items():
            theirs = next(prefix for prefix in _NAMES if name.startswith(prefix))
            own[_NAMES[theirs] + name.removeprefix(theirs)] = tensor
        self.load_state_dict(own)

    def forward(
        self,
        input_ids: Tensor,
        labels: Tensor,
        pairs: Tensor,
        pair_labels: Tensor,
        attention_mask: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Both mean losses.

        Args:
            pairs: (batch, pairs, 2) positions of the tokens around each span.
            pair_labels: (batch, pairs, slots) the span's first tokens.
        """
        hidden = self.bert(input_ids, attention_mask=attention_mask).last_hidden_state
        logits = self._scores(self.transform(hidden), self.mlm_bias)  # (batch, seq, vocab)
        pair_logits = self._scores(self.framed(self._slots(hidden, pairs)), self.sbo_bias)
        return {
            "mlm_loss": _mean_loss(logits, labels),
            "sbo_loss": _mean_loss(pair_logits, pair_labels),
        }

    def _slots(self, hidden: Tensor, pairs: Tensor) -> Tensor:
        """(batch, pairs, slots, 2 hidden + position): what each slot is predicted from."""
        batch, num_pairs, _ = pairs.shape
        places = pairs.flatten(1)[..., None].expand(-1, -1, hidden.shape[-1])
        ends = hidden.gather(1, places).view(batch, num_pairs, 1, -1)
        ends = ends.expand(-1, -1, MAX_SBO_PIECES, -1)
        position = self.position.weight.expand(batch, num_pairs, -1, -1)
        return torch.cat([ends, position.to(ends)], dim=-1)

    def _scores(self, vectors: Tensor, bias: Tensor) -> Tensor:
        return F.linear(vectors, self.bert.embeddings.word_embeddings.weight, bias)


def _mean_loss(logits: Tensor, labels: Tensor) -> Tensor:
    flat = logits.flatten(0, -2).float()
    return F.cross_entropy(flat, labels.flatten(), ignore_index=IGNORED)


def original_inputs(rows: Rows) -> dict[str, Tensor]:
    """Padded ids and labels, and the pairs of each block padded to the most of a block."""
    begins = np.cumsum(rows.lengths) - rows.lengths
    block = np.searchsorted(begins, rows.sbo_left, side="right") - 1  # (rows) of each target
    is_first = np.diff(rows.sbo_left, prepend=-1) != 0  # a new span begins
    span = np.cumsum(is_first) - 1
    in_block = span - span[np.searchsorted(block, block)]  # the span's place in its block
    num_pairs = int(in_block.max(initial=0)) + 1
    pairs = np.zeros((len(rows.lengths), num_pairs, 2), dtype=np.int64)
    ends = np.stack([rows.sbo_left, rows.sbo_right], axis=1) - begins[block][:, None]
    pairs[block, in_block] = ends
    labels = np.full((len(rows.lengths), num_pairs, MAX_SBO_PIECES), IGNORED, dtype=np.int64)
    labels[block, in_block, rows.sbo_offset] = rows.sbo_targets
    return masked_lm_inputs(rows) | {
        "pairs": torch.from_numpy(pairs),
        "pair_labels": torch.from_numpy(labels),
    }

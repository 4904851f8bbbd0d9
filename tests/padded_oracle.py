"""Pre-training losses the plain way: padded batch, attention mask, scores at every token.

Works on published names, so it shares nothing with the package but the numbers.
"""

import torch
import torch.nn.functional as F


def oracle_losses(tensors, num_heads, batch):
    """Sums of all objectives; `tensors` by published name."""

    def linear(name, x):
        return F.linear(x, tensors[f"{name}.weight"], tensors[f"{name}.bias"])

    def norm(name, x):
        return F.layer_norm(
            x, x.shape[-1:], tensors[f"{name}.weight"], tensors[f"{name}.bias"], 1e-12
        )

    lengths = batch.packing.lengths
    ids, types = (_padded(x, lengths) for x in (batch.token_ids, batch.token_type_ids))
    visible = _padded(torch.ones_like(batch.token_ids), lengths).bool()
    table = tensors["bert.embeddings.word_embeddings.weight"]
    x = table[ids] + tensors["bert.embeddings.token_type_embeddings.weight"][types]
    x = x + tensors["bert.embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = norm("bert.embeddings.LayerNorm", x)
    number = 0
    while f"bert.encoder.layer.{number}.output.dense.weight" in tensors:
        at = f"bert.encoder.layer.{number}"
        q, k, v = (
            linear(f"{at}.attention.self.{n}", x).unflatten(-1, (num_heads, -1)).transpose(1, 2)
            for n in ("query", "key", "value")
        )
        scores = q @ k.mT / q.shape[-1] ** 0.5
        scores = scores.masked_fill(~visible[:, None, None], -torch.inf)
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
        x = norm(
            f"{at}.attention.output.LayerNorm", x + linear(f"{at}.attention.output.dense", mixed)
        )
        inner = F.gelu(linear(f"{at}.intermediate.dense", x))
        x = norm(f"{at}.output.LayerNorm", x + linear(f"{at}.output.dense", inner))
        number += 1
    flat = x[visible]
    return torch.stack(
        [
            _mlm(tensors, flat, table, batch, linear, norm),
            _sbo(tensors, flat, table, batch, linear, norm),
            _nsp(tensors, flat, batch, linear),
        ]
    )


def _mlm(tensors, flat, table, batch, linear, norm):
    rows = F.gelu(linear("cls.predictions.transform.dense", flat))
    rows = norm("cls.predictions.transform.LayerNorm", rows)
    every = (rows @ table.T + tensors["cls.predictions.bias"]).log_softmax(-1)
    pairs = zip(batch.mlm_rows.tolist(), batch.mlm_targets.tolist(), strict=True)
    return -sum((every[row, target] for row, target in pairs), start=flat.new_zeros(()))


def _sbo(tensors, flat, table, batch, linear, norm):
    total = flat.new_zeros(())
    at = "cls.pair_target_predictions"
    if f"{at}.bias" not in tensors:
        return total
    columns = (batch.sbo_left, batch.sbo_right, batch.sbo_offset, batch.sbo_targets)
    for left, right, offset, target in zip(*(c.tolist() for c in columns), strict=True):
        place = tensors[f"{at}.position_embeddings.weight"][offset]
        row = torch.cat([flat[left], flat[right], place])
        for layer in ("1", "2"):
            row = F.gelu(linear(f"{at}.mlp_layer_norm.linear{layer}", row))
            row = norm(f"{at}.mlp_layer_norm.layer_norm{layer}", row)
        total = total - (table @ row + tensors[f"{at}.bias"]).log_softmax(-1)[target]
    return total


def _nsp(tensors, flat, batch, linear):
    if "bert.pooler.dense.weight" not in tensors:
        return flat.new_zeros(())
    pooled = torch.tanh(linear("bert.pooler.dense", flat[batch.nsp_rows]))
    return F.cross_entropy(
        linear("cls.seq_relationship", pooled), batch.nsp_targets, reduction="sum"
    )


def _padded(flat, lengths):
    return torch.nn.utils.rnn.pad_sequence(flat.split(lengths), batch_first=True)

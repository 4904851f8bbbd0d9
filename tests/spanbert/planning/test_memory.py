"""Memory by hand, and against what the model, its loss and its backward pass really hold."""

from dataclasses import replace

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from spanbert.config import parse_config
from spanbert.model.attending import attend
from spanbert.model.config import ModelConfig
from spanbert.model.encoder import Encoder
from spanbert.model.packing import Packing
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.objectives import tied
from spanbert.objectives.batch import PretrainingBatch
from spanbert.objectives.pretraining import pretraining_losses
from spanbert.objectives.tied import CHUNK_ROWS, TiedRows, tied_cross_entropy
from spanbert.planning.memory import activation_bytes, layer_bytes, worker_memory
from spanbert.planning.work import Layout, packed_layout, training_parameters

LENGTH, VOCAB = 64, 2000


class Live(TorchDispatchMode):
    """Bytes of the tensors that came about inside and are still alive, now and at most."""

    def __init__(self, *existing):
        super().__init__()
        self._before = {tensor.untyped_storage()._cdata for tensor in existing}
        self._alive, self.peak = {}, 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, torch.Tensor):
                storage = tensor.untyped_storage()
                self._alive[storage._cdata] = StorageWeakRef(storage), storage.nbytes()
        self.peak = max(self.peak, self.now())
        return made

    def now(self):
        self._alive = {k: v for k, v in self._alive.items() if not v[0].expired()}
        return sum(size for key, (_, size) in self._alive.items() if key not in self._before)


def autocast(precision):
    return torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16")


def settings(precision, layers, *, dropout, checkpointed=False):
    config = parse_config(
        f"[model]\nhidden_size = 64\nnum_layers = {layers}\nnum_heads = 2\n"
        f"intermediate_size = 192\nmax_positions = {LENGTH}\n"
        f"hidden_dropout = {dropout}\nattention_dropout = {dropout}\n"
        f'[shards]\nmax_pieces = {LENGTH - 2}\n[training]\nprecision = "{precision}"\n'
        f"checkpoint_activations = {str(checkpointed).lower()}\n"
    )
    return replace(config, model=replace(config.model, vocab_size=VOCAB))


def kept_by_layers(model, sequences):
    encoder, ids = Encoder(model), torch.randint(0, 50, (sequences * LENGTH,))
    live = Live(*encoder.parameters())
    with live:
        hidden = encoder(ids, Packing((LENGTH,) * sequences))
        return live.now() - hidden.untyped_storage().nbytes()


@pytest.mark.parametrize("dropout", [0.0, 0.1])
@pytest.mark.parametrize("precision", ["bf16", "fp32"])
def test_a_layer_keeps_what_is_counted(precision, dropout):
    def of_a_layer(sequences):
        deep, flat = (settings(precision, layers, dropout=dropout).model for layers in (3, 1))
        with autocast(precision):
            return kept_by_layers(deep, sequences) - kept_by_layers(flat, sequences)

    model = settings(precision, 1, dropout=dropout).model
    measured = (of_a_layer(6) - of_a_layer(2)) / 2 / (4 * LENGTH)  # of one layer, for each token
    masks = 0 if dropout else 2 * model.hidden_size
    counted = layer_bytes(model, precision, float(LENGTH), is_cpu=True) - masks
    assert measured == pytest.approx(counted, rel=0.015)  # the log-sum-exps are not counted


@pytest.mark.skipif(not torch.backends.cuda.is_built(), reason="this torch is built without CUDA")
def test_a_gpu_in_bf16_keeps_no_scores_and_one_result():
    """Shapes alone, on no GPU: attention and the product that follows it."""
    kept, sizes, tokens, hidden = [], {}, 2 * LENGTH, 128

    def keep(tensor):
        kept.append(tensor)  # alive, so that no storage comes twice
        storage = tensor.untyped_storage()
        sizes[storage._cdata] = storage.nbytes()
        return tensor

    with FakeTensorMode():
        options = {"dtype": torch.bfloat16, "device": "cuda", "requires_grad": True}
        qkv = torch.empty(tokens, 3, 2, 64, **options)
        output = torch.empty(hidden, hidden, **options)
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            attend(qkv, Packing((LENGTH, LENGTH)), 0.1) @ output
        weights = output.untyped_storage().nbytes()
    assert sum(sizes.values()) - weights == pytest.approx(tokens * 8 * hidden, rel=0.01)
    model = ModelConfig(hidden_size=hidden, num_heads=2, intermediate_size=100)
    others = 14 * hidden + 400  # without queries, keys, values and the result
    assert layer_bytes(model, "bf16", float(LENGTH)) == others + 8 * hidden


@pytest.mark.parametrize("rows", [CHUNK_ROWS, 4 * CHUNK_ROWS])
def test_the_loss_holds_one_chunk_and_keeps_gradients_alone(rows):
    config = settings("fp32", 1, dropout=0.0)
    hidden = config.model.hidden_size
    table = torch.randn(VOCAB, hidden, requires_grad=True)
    inputs, bias = torch.randn(rows, hidden, requires_grad=True), torch.zeros(VOCAB)
    targets = torch.randint(0, VOCAB, (rows,))
    live = Live(table, inputs, bias, targets)
    with live:
        held = tied_cross_entropy(table, [TiedRows(inputs, bias, targets, 1.0)])
    kept, gradients = live.now(), (VOCAB + rows) * hidden * 4
    assert held
    assert kept == pytest.approx(gradients, rel=0.02)
    memory = worker_memory(config, packed_layout(config, float(LENGTH)), 1.0)
    assert live.peak - kept == pytest.approx(memory.chunk, rel=0.05)
    parameters = training_parameters(config.model, config.objective)
    assert memory.gradients == 4 * (parameters + VOCAB * hidden)


def whole_batch(tokens, rows):
    def some(below):
        return torch.randint(0, below, (rows,))

    return PretrainingBatch(
        token_ids=torch.randint(0, VOCAB, (tokens,)),
        token_type_ids=torch.zeros(tokens, dtype=torch.int64),
        packing=Packing((LENGTH,) * (tokens // LENGTH)),
        mlm_rows=some(tokens),
        mlm_targets=some(VOCAB),
        sbo_left=some(tokens),
        sbo_right=some(tokens),
        sbo_offset=some(5),
        sbo_targets=some(VOCAB),
        nsp_rows=torch.zeros(0, dtype=torch.int64),
        nsp_targets=torch.zeros(0, dtype=torch.int64),
    )


@pytest.mark.parametrize("checkpointed", [False, True])
@pytest.mark.parametrize("precision", ["bf16", "fp32"])
def test_a_forward_and_a_backward_pass_hold_what_is_counted(precision, checkpointed, monkeypatch):
    chunk, share = 64, 0.125  # of the tokens, for either head: whole chunks of rows
    monkeypatch.setattr(tied, "CHUNK_ROWS", chunk)
    config = settings(precision, 6, dropout=0.1, checkpointed=checkpointed)

    def peak(tokens):
        model = PretrainingModel(config.model, config.objective)
        initialize(model, 0.02, seed=1)
        model.encoder.is_checkpointed = checkpointed
        for parameter in model.parameters():
            parameter.grad = torch.zeros_like(parameter)
        live = Live(*model.parameters(), *(p.grad for p in model.parameters()))
        batch = whole_batch(tokens, int(share * tokens))
        with live, autocast(precision):
            loss = pretraining_losses(model, batch).total
        with live:
            loss.backward()
        return live.peak

    tokens = int(chunk / share)
    measured = (peak(3 * tokens) - peak(tokens)) / (2 * tokens)
    counted = activation_bytes(config, Layout(float(LENGTH), share, share), is_cpu=True)
    # the heads' rows, many in so small a model, are gone before a layer is made again
    assert measured == pytest.approx(counted, rel=0.12 if checkpointed else 0.08)


def test_memory_by_hand():
    config = parse_config('[training]\nprecision = "bf16"\n')
    parameters = training_parameters(config.model, config.objective)
    layout = packed_layout(config, 512.0)
    memory = worker_memory(config, layout, 1000.0)
    assert memory.weights == 6 * parameters
    assert memory.gradients == 4 * (parameters + 28_996 * 768)
    assert memory.moments == 8 * parameters
    assert memory.chunk == 512 * 28_996 * 12
    around = (0.15 * 12 + 0.147 * 22 + 5) * 768
    layers = 12 * (22 * 768 + 4 * 3072)
    assert memory.activations == pytest.approx(1000 * (layers + around))
    parts = memory.weights + memory.gradients + memory.moments + memory.activations
    assert memory.total == parts + memory.chunk + memory.framework


def test_a_cpu_keeps_the_weights_of_attention_before_and_after_dropping():
    config = parse_config("")
    layout = packed_layout(config, 512.0)
    more = activation_bytes(config, layout, is_cpu=True) - activation_bytes(config, layout)
    assert more == 12 * 4 * (2 * 12 * 512 - 768)


def test_each_way_to_need_less():
    whole, sharded, again = (
        parse_config(f"[training]\n{setting}")
        for setting in ("", "shard_optimizer = true", "checkpoint_activations = true")
    )
    layout = packed_layout(whole, 512.0)
    kept, parted = (worker_memory(config, layout, 4096.0, 8) for config in (whole, sharded))
    assert parted.moments == kept.moments / 8
    assert kept.total - parted.total == pytest.approx(kept.moments * 7 / 8)
    assert activation_bytes(again, layout) < 0.5 * activation_bytes(whole, layout)

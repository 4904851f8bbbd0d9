"""Memory by hand, and activations against what our encoder's backward pass keeps."""

import pytest
import torch

from spanbert.config import parse_config
from spanbert.model.config import ModelConfig
from spanbert.model.encoder import Encoder
from spanbert.model.packing import Packing
from spanbert.planning.memory import activation_bytes, layer_bytes, worker_memory
from spanbert.planning.work import packed_layout, training_parameters

LENGTH = 64


def kept_bytes(precision, layers, sequences):
    """Bytes of the distinct tensors that an encoder without dropout saves for its backward pass."""
    model = ModelConfig(
        vocab_size=50,
        hidden_size=64,
        num_layers=layers,
        num_heads=1,
        intermediate_size=192,
        max_positions=LENGTH,
        hidden_dropout=0.0,
        attention_dropout=0.0,
    )
    encoder, kept, sizes = Encoder(model), [], {}

    def keep(tensor):
        kept.append(tensor)  # alive, so that no address comes twice
        storage = tensor.untyped_storage()
        sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    ids = torch.randint(0, 50, (sequences * LENGTH,))
    with (
        torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor),
        torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"),
    ):
        encoder(ids, Packing((LENGTH,) * sequences))
    return sum(sizes.values()), model


@pytest.mark.parametrize("precision", ["bf16", "fp32"])
def test_a_layer_keeps_what_is_counted(precision):
    def of_a_layer(sequences):
        deep, model = kept_bytes(precision, 3, sequences)
        return deep - kept_bytes(precision, 1, sequences)[0], model

    few, model = of_a_layer(2)
    many, _ = of_a_layer(6)
    measured = (many - few) / 2 / (4 * LENGTH)  # of one layer, for each token
    masks = 2 * model.hidden_size  # of dropout, which this encoder has not
    assert measured == pytest.approx(layer_bytes(model, precision) - masks, rel=0.02)


def test_memory_by_hand():
    config = parse_config('[training]\nprecision = "bf16"\n')
    parameters = training_parameters(config.model, config.objective)
    layout = packed_layout(config, 512.0)
    memory = worker_memory(config, layout, 1000.0)
    assert memory.weights == 6 * parameters
    assert memory.gradients == 4 * parameters
    assert memory.moments == 8 * parameters
    layers = 12 * (24 * 768 + 4 * 3072)
    heads = (0.15 + 0.147) * 28_996 * 10
    assert memory.activations == pytest.approx(1000 * (layers + heads))
    parts = memory.weights + memory.gradients + memory.moments + memory.activations
    assert memory.total == parts + memory.framework


def test_each_way_to_need_less():
    config = parse_config("")
    layout = packed_layout(config, 512.0)
    whole = worker_memory(config, layout, 4096.0)
    sharded = worker_memory(config, layout, 4096.0, shards=8)
    assert sharded.moments == whole.moments / 8
    assert whole.total - sharded.total == pytest.approx(whole.moments * 7 / 8)
    assert activation_bytes(config, layout, checkpointed=True) < 0.5 * activation_bytes(
        config, layout
    )

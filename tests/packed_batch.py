"""A flat batch of five sequences, a model in which no weight is 0 or 1, and the padded form."""

import torch

from spanbert.model.pretraining import initialize

LENGTHS = (7, 7, 12, 3, 20)


def with_random_weights(model):
    """The model itself; biases and norms are random too, so that none can be forgotten."""
    initialize(model, 0.2, seed=1)
    torch.manual_seed(0)
    for parameter in model.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return model


def batch_of(sizes):
    """Ids and types of the tokens of all sequences."""
    generator = torch.Generator().manual_seed(2)
    token_ids = torch.randint(sizes.vocab_size, (sum(LENGTHS),), generator=generator)
    token_types = torch.cat([torch.arange(n) >= n // 2 for n in LENGTHS]).long()
    return token_ids, token_types


def padded(flat):
    return torch.nn.utils.rnn.pad_sequence(flat.split(list(LENGTHS)), batch_first=True)

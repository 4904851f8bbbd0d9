"""Memory that ran out, told with the batch that it ran out on."""

import torch

from spanbert.errors import OutOfMemoryError
from spanbert.model.packing import Packing

_SIGNS = ("can't allocate memory", "out of memory", "not enough memory")


def out_of_memory(error: Exception, packing: Packing) -> OutOfMemoryError | None:
    """The error to raise instead, or None where this is about something else."""
    is_one = isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        sign in str(error).lower() for sign in _SIGNS
    )
    if not is_one:
        return None
    lengths = packing.lengths
    tokens = sum(lengths)
    return OutOfMemoryError(
        f"no memory for a micro-batch of {tokens} tokens in {len(lengths)} segments, the longest of"
        f" {max(lengths)}",
        remedy=f"--set training.micro_batch_tokens={max(tokens // 2, max(lengths))},"
        " or --set training.checkpoint_activations=true",
    )

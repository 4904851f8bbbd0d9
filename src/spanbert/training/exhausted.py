"""Memory that ran out, told with the batch that it ran out on."""

from spanbert.errors import OutOfMemoryError, is_out_of_memory
from spanbert.model.packing import Packing


def out_of_memory(error: Exception, packing: Packing) -> OutOfMemoryError | None:
    """The error to raise instead, or None where this is about something else."""
    if not is_out_of_memory(error):
        return None
    lengths = packing.lengths
    tokens = sum(lengths)
    return OutOfMemoryError(
        f"no memory for a micro-batch of {tokens} tokens in {len(lengths)} segments, the longest of"
        f" {max(lengths)}",
        remedy=f"--set training.micro_batch_tokens={max(tokens // 2, max(lengths))},"
        " or --set training.checkpoint_activations=true",
    )

"""The proof that two sides do the same work: equal losses and gradient from equal weights."""

from collections.abc import Mapping

from torch import Tensor

from benchmarks import ours
from benchmarks.peers.bert import MaskedLM, PeerTraining
from benchmarks.peers.original_heads import OriginalLayout
from benchmarks.workload import Size

TOLERANCE = 1e-4  # relative, of each mean loss, in fp32
_NORM_TOLERANCE = 5e-3  # torch's fp32 norm of 28M numbers is 1e-3 too small on a CPU
_SPREAD = 0.1  # of the weights: with fresh ones every loss is near ln(vocabulary)


def require_same_work(
    size: Size,
    vocab_size: int,
    batch: ours.PretrainingBatch,
    peer: OriginalLayout | MaskedLM,
    inputs: Mapping[str, Tensor],
    *,
    has_sbo: bool = True,
    device: str = "cpu",
) -> None:
    """Take one step of both without dropout, from equal weights, and compare all that they tell.

    Raises:
        AssertionError: a loss or the gradient's norm differs.
    """
    config = ours.config(size, has_sbo=has_sbo, dropout=0.0, initializer_range=_SPREAD)
    own = ours.Training(config, vocab_size, device)
    peer.load(own.published_state())
    moved = {name: tensor.to(device) for name, tensor in inputs.items()}
    require_equal(own.step(batch), PeerTraining(peer.to(device)).step(moved))


def require_equal(own: Mapping[str, float], theirs: Mapping[str, float]) -> None:
    """Compare what both sides tell, by name.

    Raises:
        AssertionError: one differs by more than its tolerance.
    """
    for name, value in theirs.items():
        tolerance = _NORM_TOLERANCE if name == "grad_norm" else TOLERANCE
        difference = abs(own[name] - value) / abs(value)
        assert difference <= tolerance, f"not the same work: {name} {own[name]} and {value}"

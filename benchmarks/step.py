"""A whole SpanBERT step: MLM and SBO, forward, backward, clip, AdamW.

Peer: BERT of `transformers` (sdpa) with both heads in the layout that the paper's authors chose.
"""

from benchmarks import ours
from benchmarks.peers.bert import PeerTraining
from benchmarks.peers.original_heads import OriginalLayout, original_inputs
from benchmarks.results import NO_BF16, Figure, not_measured, speed_ratio
from benchmarks.same_work import require_same_work
from benchmarks.timing import has_bf16_kernels, interleaved
from benchmarks.workload import (
    SMALL,
    Plan,
    document_lengths,
    equal_lengths,
    fill,
    synthetic_blocks,
)

PEER = "transformers BertModel (sdpa), heads in the original layout"
# (our precision, the peer's) -> at least, aim; fp32 against fp32 is a bound of our own
PADDED = {
    ("fp32", "fp32"): (2.9, 3.3),
    ("bf16", "bf16"): (3.8, 4.5),
    ("bf16", "fp32"): (6.0, 7.0),
}
UNPADDED = {
    ("fp32", "fp32"): (1.8, 2.1),
    ("bf16", "bf16"): (2.5, 3.0),
    ("bf16", "fp32"): (3.5, 4.3),
}


def measure(plan: Plan) -> list[Figure]:
    """Document blocks, then blocks without padding."""
    padded, full = document_lengths(plan.step_tokens), equal_lengths(plan.step_tokens)
    title = f"SpanBERT step, {plan.size(SMALL).name}"
    blocks = f"{title}, document blocks (fill {fill(padded):.2f})"
    return [
        *_compare(plan, blocks, padded, PADDED),
        *_compare(plan, f"{title}, no padding", full, UNPADDED),
    ]


def _compare(
    plan: Plan, work: str, lengths: list[int], bounds: dict[tuple[str, str], tuple[float, float]]
) -> list[Figure]:
    size, vocab_size = plan.size(SMALL), plan.vocab_size
    blocks = synthetic_blocks(lengths, vocab_size)
    corpus = ours.write_corpus(blocks, vocab_size, plan.new_folder())
    batch = ours.Data(corpus, ours.config(size)).all()
    rows = ours.rows_of(batch)
    inputs = original_inputs(rows)
    require_same_work(size, vocab_size, batch, OriginalLayout(size, vocab_size, 0.0), inputs)
    precisions: list[ours.Precision] = ["fp32", "bf16"] if has_bf16_kernels() else ["fp32"]
    calls = {}
    for precision in precisions:
        own = ours.Training(ours.config(size, precision=precision), vocab_size)
        peer = PeerTraining(OriginalLayout(size, vocab_size), precision)
        calls["ours", precision] = lambda own=own: own.step(batch)
        calls["peer", precision] = lambda peer=peer: peer.step(inputs)
    times = interleaved(calls, plan.repetitions)
    return [_figure(work, pair, times, rows.num_tokens, limits) for pair, limits in bounds.items()]


def _figure(
    work: str,
    pair: tuple[str, str],
    times: dict[tuple[str, str], list[float]],
    tokens: int,
    limits: tuple[float, float],
) -> Figure:
    own, theirs = pair
    title, peer, (bound, aim) = f"{work}, {own}", f"{PEER}, {theirs}", limits
    if ("ours", own) not in times:
        return not_measured(title, peer, NO_BF16, bound=bound, aim=aim)
    ours_s, peer_s = times["ours", own], times["peer", theirs]
    return speed_ratio(
        title, peer, ours_s=ours_s, peer_s=peer_s, tokens=tokens, bound=bound, aim=aim
    )

"""A masked-token step at length 128, without padding.

Peer: `BertForMaskedLM`, compiled, in bf16 where that has kernels; else the faster of plain and
compiled fp32.
"""

from benchmarks import ours
from benchmarks.peers.bert import MaskedLM, PeerTraining, masked_lm_inputs
from benchmarks.results import NO_BF16, Figure, not_measured, speed_ratio
from benchmarks.same_work import require_same_work
from benchmarks.timing import fastest, has_bf16_kernels, interleaved
from benchmarks.workload import SMALL, Plan, equal_lengths, synthetic_blocks

LENGTH = 128
BF16_BOUNDS, FP32_BOUNDS = (1.8, 2.2), (1.7, 2.0)  # the second of our own


def measure(plan: Plan) -> list[Figure]:
    """fp32 against fp32, and bf16 against bf16 where there are kernels."""
    return [_compare(plan, "fp32", FP32_BOUNDS), _compare(plan, "bf16", BF16_BOUNDS)]


def _compare(plan: Plan, precision: ours.Precision, limits: tuple[float, float]) -> Figure:
    size, vocab_size, (bound, aim) = plan.size(SMALL), plan.vocab_size, limits
    work = f"MLM step, {size.name}, length {LENGTH}, {precision}"
    peer = f"transformers BertForMaskedLM (sdpa), {precision}"
    if precision == "bf16" and not has_bf16_kernels():
        return not_measured(work, peer, NO_BF16, bound=bound, aim=aim)
    settings = ours.config(size, has_sbo=False, precision=precision)
    blocks = synthetic_blocks(equal_lengths(plan.step_tokens, LENGTH), vocab_size)
    corpus = ours.write_corpus(blocks, vocab_size, plan.new_folder())
    batch = ours.Data(corpus, settings).all()
    inputs = masked_lm_inputs(ours.rows_of(batch))
    still = MaskedLM(size, vocab_size, dropout=0.0)
    require_same_work(size, vocab_size, batch, still, inputs, has_sbo=False)
    own = ours.Training(settings, vocab_size)
    calls = {"ours": lambda: own.step(batch)}
    for compiled in plan.pick(toy=(False,), quick=(False, True), full=(False, True)):
        theirs = PeerTraining(MaskedLM(size, vocab_size), precision, compiled=compiled)
        name = "compiled" if compiled else "plain"
        calls[name] = lambda theirs=theirs: theirs.step(inputs)
    times = interleaved(calls, plan.repetitions)
    ours_s = times.pop("ours")
    best = fastest(times)
    return speed_ratio(
        work,
        f"{peer}, {best} (the best of {', '.join(times)})",
        ours_s=ours_s,
        peer_s=times[best],
        tokens=sum(len(block.ids) + 2 for block in blocks),
        bound=bound,
        aim=aim,
    )

"""What share of the matmul ceiling our step reaches: useful FLOP only, same type, same threads."""

from statistics import median

import torch

from benchmarks import ours
from benchmarks.results import NO_BF16, Figure, not_measured, tokens_a_second
from benchmarks.timing import MATMUL_SIZE, Matmuls, has_bf16_kernels, interleaved
from benchmarks.workload import SMALL, Plan, document_lengths, synthetic_blocks, useful_flop

BOUND, AIM = 0.60, 0.70
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def measure(plan: Plan) -> list[Figure]:
    """The whole SpanBERT step with dropout on document blocks."""
    return [_share(plan, "fp32"), _share(plan, "bf16")]


def _share(plan: Plan, precision: ours.Precision) -> Figure:
    size, vocab_size = plan.size(SMALL), plan.vocab_size
    side = plan.pick(toy=128, quick=MATMUL_SIZE, full=MATMUL_SIZE)
    matmuls = Matmuls(side, _DTYPES[precision])
    work = f"share of the matmul ceiling, SpanBERT step, {size.name}, {precision}"
    peer = f"torch.matmul {side}³, {precision}"
    if precision == "bf16" and not has_bf16_kernels():
        return not_measured(work, peer, NO_BF16, bound=BOUND, aim=AIM, unit="%")
    blocks = synthetic_blocks(document_lengths(plan.step_tokens), vocab_size)
    settings = ours.config(size, precision=precision)
    batch = ours.Data(ours.write_corpus(blocks, vocab_size, plan.new_folder()), settings).all()
    rows, training = ours.rows_of(batch), ours.Training(settings, vocab_size)
    calls = {"step": lambda: training.step(batch), "matmul": matmuls.call()}
    times = interleaved(calls, plan.repetitions)
    own = useful_flop(size, vocab_size, rows)
    shares = [
        (own / step_s) / (matmuls.flop / matmul_s)
        for step_s, matmul_s in zip(times["step"], times["matmul"], strict=True)
    ]
    return Figure(
        work,
        peer,
        tuple(shares),
        unit="%",
        ours=tokens_a_second(rows.num_tokens, times["step"]),
        theirs=f"{matmuls.flop / median(times['matmul']) / 1e9:.0f} GFLOP/s",
        bound=BOUND,
        aim=AIM,
    )

"""What share of the matmul ceiling our step reaches: useful FLOP only, same type, same threads."""

import torch

from benchmarks import ours
from benchmarks.results import NO_BF16, Figure, not_measured, tokens_a_second
from benchmarks.timing import MATMUL_SIZE, has_bf16_kernels, matmul_speed, seconds
from benchmarks.workload import SMALL, Plan, document_lengths, synthetic_blocks, useful_flop

BOUND, AIM = 0.60, 0.70
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def measure(plan: Plan) -> list[Figure]:
    """The whole SpanBERT step with dropout on document blocks."""
    return [_share(plan, "fp32"), _share(plan, "bf16")]


def _share(plan: Plan, precision: ours.Precision) -> Figure:
    size, vocab_size = plan.size(SMALL), plan.vocab_size
    matmul = plan.pick(toy=128, quick=MATMUL_SIZE, full=MATMUL_SIZE)
    work = f"share of the matmul ceiling, SpanBERT step, {size.name}, {precision}"
    peer = f"torch.matmul {matmul}³, {precision}"
    if precision == "bf16" and not has_bf16_kernels():
        return not_measured(work, peer, NO_BF16, bound=BOUND, aim=AIM, unit="%")
    blocks = synthetic_blocks(document_lengths(plan.step_tokens), vocab_size)
    settings = ours.config(size, precision=precision)
    batch = ours.Data(ours.write_corpus(blocks, vocab_size, plan.new_folder()), settings).all()
    rows, training = ours.rows_of(batch), ours.Training(settings, vocab_size)
    flop = useful_flop(size, vocab_size, rows)
    training.step(batch)
    steps_s, ceilings = [], []
    for _ in range(plan.repetitions):
        ceilings.append(matmul_speed(matmul, _DTYPES[precision]))
        steps_s.append(seconds(lambda: training.step(batch)))
    shares = [flop / s / ceiling for s, ceiling in zip(steps_s, ceilings, strict=True)]
    return Figure(
        work,
        peer,
        tuple(shares),
        unit="%",
        ours=tokens_a_second(rows.num_tokens, steps_s),
        theirs=f"{sorted(ceilings)[len(ceilings) // 2] / 1e9:.0f} GFLOP/s",
        bound=BOUND,
        aim=AIM,
    )

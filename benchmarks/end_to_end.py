"""Training from shards to weights: data, masking, clip and optimizer in every step.

Peer: `Trainer` of `transformers` with `DataCollatorForLanguageModeling`, with its data in the same
process or in one of its own, whichever is faster. Both mask BERT's way; start-up is left out.
"""

from collections.abc import Callable
from statistics import median

from transformers import BertForMaskedLM

from benchmarks import ours
from benchmarks.peers import trainer
from benchmarks.peers.bert import bert_config
from benchmarks.results import NO_BF16, Figure, not_measured, speed_ratio
from benchmarks.timing import fastest, has_bf16_kernels
from benchmarks.workload import SMALL, TINY, Plan, Size, equal_lengths, synthetic_blocks

LENGTH = 128
# (size, precision) -> at least, aim; those of fp32 are our own
BOUNDS: dict[tuple[Size, ours.Precision], tuple[float, float]] = {
    (SMALL, "fp32"): (1.8, 2.2),
    (SMALL, "bf16"): (2.2, 2.6),
    (TINY, "fp32"): (4.0, 5.0),
    (TINY, "bf16"): (5.5, 6.5),
}


def measure(plan: Plan) -> list[Figure]:
    """Small and tiny, in fp32, and in bf16 where there are kernels."""
    return [_compare(plan, *case, *limits) for case, limits in BOUNDS.items()]


def _compare(plan: Plan, size: Size, precision: ours.Precision, bound: float, aim: float) -> Figure:
    work = f"end-to-end MLM training, {size.name}, length {LENGTH}, {precision}"
    peer = f"transformers Trainer, {precision}"
    if precision == "bf16" and not has_bf16_kernels():
        return not_measured(work, peer, NO_BF16, bound=bound, aim=aim)
    runs = _runs(plan, plan.size(size), precision)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(plan.repetitions):
        for name, run in runs.items():
            times[name].append(median(run()))
    ours_s = times.pop("ours")
    best = fastest(times)
    return speed_ratio(
        work,
        f"{peer}, {best}",
        ours_s=ours_s,
        peer_s=times[best],
        tokens=plan.step_tokens,
        bound=bound,
        aim=aim,
    )


def _runs(
    plan: Plan, size: Size, precision: ours.Precision
) -> dict[str, Callable[[], list[float]]]:
    """Whole short runs of each side, which give the seconds of their steps."""
    steps = plan.pick(toy=3, quick=3, full=5) + 1
    vocab_size, batch_size = plan.vocab_size, plan.step_tokens // LENGTH
    lengths = equal_lengths(plan.step_tokens * steps, LENGTH)
    blocks = synthetic_blocks(lengths, vocab_size)
    corpus = ours.write_corpus(blocks, vocab_size, plan.new_folder())
    settings = ours.config(
        size,
        has_sbo=False,
        precision=precision,
        steps=steps,
        batch_tokens=plan.step_tokens,
        warmup_steps=1,
        log_every_steps=1,
    )
    model = BertForMaskedLM(bert_config(size, vocab_size))

    def peer(num_workers: int) -> list[float]:
        return trainer.step_seconds(
            model,
            blocks,
            corpus.tokenizer,
            plan.new_folder(),
            steps=steps,
            batch_size=batch_size,
            num_workers=num_workers,
            is_bf16=precision == "bf16",
        )

    return {
        "ours": lambda: ours.loop_seconds(settings, corpus, plan.new_folder()),
        "data in its own process": lambda: peer(1),
        "data in the same process": lambda: peer(0),
    }

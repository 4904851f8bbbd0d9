"""The share of a training step in which it waits for its data."""

from benchmarks import ours
from benchmarks.results import Figure
from benchmarks.timing import has_bf16_kernels
from benchmarks.workload import SMALL, Plan, document_lengths, synthetic_blocks

AT_MOST = 0.01


def measure(plan: Plan) -> list[Figure]:
    """Our own loop, on two threads, in the precision that this machine is fastest in."""
    precision: ours.Precision = "bf16" if has_bf16_kernels() else "fp32"
    size, vocab_size = plan.size(SMALL), plan.vocab_size
    steps = plan.repetitions * 2
    lengths = document_lengths(plan.step_tokens) * (steps + 2)
    corpus = ours.write_corpus(synthetic_blocks(lengths, vocab_size), vocab_size, plan.new_folder())
    settings = ours.config(size, precision=precision, batch_tokens=plan.step_tokens)
    return [
        Figure(
            f"waiting for data in a SpanBERT step, {size.name}, {precision}",
            "the same step's time",
            tuple(ours.data_shares(settings, corpus, steps)),
            unit="%",
            bound=AT_MOST,
            better="lower",
        )
    ]

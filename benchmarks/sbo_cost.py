"""What the span boundary objective adds to our own step."""

from benchmarks import ours
from benchmarks.results import Figure, tokens_a_second
from benchmarks.timing import has_bf16_kernels, interleaved, paired_ratios
from benchmarks.workload import SMALL, Plan, document_lengths, synthetic_blocks

AT_MOST, AIM = 0.22, 0.16


def measure(plan: Plan) -> list[Figure]:
    """In the precision that this machine is fastest in."""
    precision: ours.Precision = "bf16" if has_bf16_kernels() else "fp32"
    size, vocab_size = plan.size(SMALL), plan.vocab_size
    blocks = synthetic_blocks(document_lengths(plan.step_tokens), vocab_size)
    corpus = ours.write_corpus(blocks, vocab_size, plan.new_folder())
    batch = ours.Data(corpus, ours.config(size)).all()  # the same masks for both
    calls = {}
    for has_sbo in (True, False):
        settings = ours.config(size, has_sbo=has_sbo, precision=precision)
        training = ours.Training(settings, vocab_size)
        calls[has_sbo] = lambda training=training: training.step(batch)
    times = interleaved(calls, plan.repetitions)
    tokens = ours.rows_of(batch).num_tokens
    return [
        Figure(
            f"what the SBO adds to a step, {size.name}, {precision}",
            "our MLM step on the same masks",
            tuple(ratio - 1 for ratio in paired_ratios(times[True], times[False])),
            unit="%",
            ours=tokens_a_second(tokens, times[True]),
            theirs=tokens_a_second(tokens, times[False]),
            bound=AT_MOST,
            aim=AIM,
            better="lower",
        )
    ]

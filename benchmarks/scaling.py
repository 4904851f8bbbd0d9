"""One worker and two of our own over gloo, one thread each: tokens a second, and efficiency."""

from benchmarks import ours
from benchmarks.results import Figure
from benchmarks.workload import SMALL, Plan, document_lengths, synthetic_blocks


def measure(plan: Plan) -> list[Figure]:
    """The same global batch for both, so that two workers halve the work of each."""
    steps = plan.pick(toy=3, quick=4, full=6)
    lengths = document_lengths(plan.step_tokens) * steps
    blocks = synthetic_blocks(lengths, plan.vocab_size)
    corpus = ours.write_corpus(blocks, plan.vocab_size, plan.new_folder())
    settings = ours.config(
        plan.size(SMALL),
        steps=steps,
        batch_tokens=plan.step_tokens,
        warmup_steps=1,
        log_every_steps=1,
    )
    speeds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(plan.pick(toy=1, quick=1, full=3)):
        for workers, own in speeds.items():
            times = ours.process_seconds(settings, corpus, plan.new_folder(), workers)
            own.append(plan.step_tokens / ours.typical_step(times))
    efficiencies = [two / one / 2 for one, two in zip(*speeds.values(), strict=True)]
    name = f"SpanBERT training, {plan.size(SMALL).name}"
    return [
        Figure(f"{name}, 1 worker", "", tuple(speeds[1]), unit="tok/s"),
        Figure(f"{name}, 2 workers", "", tuple(speeds[2]), unit="tok/s"),
        Figure(f"{name}, efficiency of 2 workers", "", tuple(efficiencies), unit="%"),
    ]

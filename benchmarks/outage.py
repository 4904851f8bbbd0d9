"""What a tracking server that takes connections and never answers costs a training step.

The same steps with their figures written down, and with a thread that tries to send them all the
while. That thread is in the training process here, which is worse than the truth: it belongs to the
command, and workers train in processes of their own.
"""

import socket

from benchmarks import ours
from benchmarks.results import Figure
from benchmarks.timing import paired_ratios
from benchmarks.workload import SMALL, Plan, document_lengths, synthetic_blocks

AT_MOST = 0.05
_TOKENS = 512  # of a step: short ones, so that a pause would be seen


def measure(plan: Plan) -> list[Figure]:
    """Ten steps at a time, in turn."""
    size, vocab_size = plan.size(SMALL), plan.vocab_size
    blocks = synthetic_blocks(document_lengths(_TOKENS), vocab_size)
    corpus = ours.write_corpus(blocks, vocab_size, plan.new_folder())
    settings = ours.config(size)
    batch = ours.Data(corpus, settings).all()
    training = ours.Training(settings, vocab_size)
    training.step(batch)  # the first one compiles
    times: dict[bool, list[float]] = {False: [], True: []}
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for _ in range(plan.repetitions):
            for is_away in times:
                place = uri if is_away else ""
                times[is_away].append(
                    ours.tracked_steps(training, batch, settings, plan.new_folder(), place)
                )
    return [
        Figure(
            f"what an outage of tracking adds to a step, {size.name}",
            "our step without tracking",
            tuple(ratio - 1 for ratio in paired_ratios(times[True], times[False])),
            unit="%",
            bound=AT_MOST,
            better="lower",
        )
    ]

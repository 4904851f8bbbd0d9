"""Documents to shards by one worker and by two, which are tasks of Ray; only with --full.

The time is all of the call's, so it has the start of Ray in it: measure on a large text.
"""

from benchmarks import ours
from benchmarks.corpus import corpus_texts
from benchmarks.results import Figure, speed_ratio
from benchmarks.timing import interleaved
from benchmarks.workload import Plan

BOUND, AIM = 1.8, 1.9


def measure(plan: Plan) -> list[Figure]:
    """The whole text that is given, by each number of workers in turn."""
    if plan.scale == "quick":
        return []
    documents = ours.write_documents(
        corpus_texts(plan, plan.pick(toy=100_000, quick=0, full=400_000_000)), plan.new_folder()
    )
    tokenizer = ours.train_wordpiece(documents, plan.new_folder(), plan.vocab_size)
    tokens = ours.shard_documents(documents, tokenizer, plan.new_folder())

    def shard(num_workers: int) -> None:
        ours.forget_chunks()
        ours.shard_documents(documents, tokenizer, plan.new_folder(), num_workers)

    times = interleaved(
        {number: lambda number=number: shard(number) for number in (1, 2)},
        plan.repetitions,
        warm_up=0,
    )
    return [
        speed_ratio(
            f"documents to shards, {tokens / 1e6:.1f}M pieces, two workers",
            "one worker",
            ours_s=times[2],
            peer_s=times[1],
            tokens=tokens,
            bound=BOUND,
            aim=AIM,
        )
    ]

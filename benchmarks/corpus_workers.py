"""Documents to shards by one worker and by two, which are tasks of Ray; only with --full.

Ray is there before and after: what its start costs is measured by `ray_workers.py`. Each call
begins with nothing learned, in every process.
"""

import os
import shutil
from pathlib import Path

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
    os.environ["RAYON_NUM_THREADS"] = "1"  # of tokenizers: one core a worker
    documents = ours.write_documents(
        corpus_texts(plan, plan.pick(toy=100_000, quick=0, full=400_000_000)), plan.new_folder()
    )
    tokenizer = ours.train_wordpiece(documents, plan.new_folder(), plan.vocab_size)
    tokens = ours.shard_documents(documents, tokenizer, plan.new_folder())

    def shard(num_workers: int) -> None:
        # workers remember what they learned by the tokenizer's place
        own = Path(shutil.copytree(tokenizer, plan.new_folder()))
        ours.shard_documents(documents, own, plan.new_folder(), num_workers)

    with ours.text_workers(2, plan.new_folder()):
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

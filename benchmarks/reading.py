"""Random segments from disk to an int64 tensor, 64 at a time.

Peer: `datasets` with its numpy format, memory-mapped from its own files.
"""

import numpy as np
import torch
from datasets import Dataset, load_from_disk

from benchmarks import ours
from benchmarks.results import Figure, speed_ratio
from benchmarks.timing import interleaved_short
from benchmarks.workload import MAX_LENGTH, NUM_FRAMING, SMALL, Block, Plan, synthetic_blocks

BATCH, BATCHES_A_CALL = 64, 8
BOUND, AIM = 15.0, 40.0
LEAST_TOKENS_PER_SECOND = 1e8


def measure(plan: Plan) -> list[Figure]:
    """Both sides read the same random numbers."""
    torch.set_num_threads(1)
    number = plan.pick(toy=256, quick=4096, full=16_384)
    blocks = synthetic_blocks([MAX_LENGTH] * number, plan.vocab_size)
    corpus = ours.write_corpus(blocks, plan.vocab_size, plan.new_folder())
    data, peer = ours.Data(corpus, ours.config(plan.size(SMALL))), _peer(plan, blocks)
    rng = np.random.default_rng(0)
    asked = [rng.choice(number, BATCH, replace=False).tolist() for _ in range(BATCHES_A_CALL)]
    assert torch.equal(data.ids(asked[0]), _read(peer, asked[0])), "not the same ids"
    times = interleaved_short(
        {
            "ours": lambda: [data.ids(numbers) for numbers in asked],
            "peer": lambda: [_read(peer, numbers) for numbers in asked],
        },
        plan.pick(toy=2, quick=5, full=9),
    )
    work = f"reading {BATCH} random segments of {MAX_LENGTH - NUM_FRAMING} pieces to int64"
    tokens = BATCHES_A_CALL * BATCH * (MAX_LENGTH - NUM_FRAMING)
    return [
        speed_ratio(
            work,
            "datasets, numpy format",
            ours_s=times["ours"],
            peer_s=times["peer"],
            tokens=tokens,
            bound=BOUND,
            aim=AIM,
        ),
        Figure(
            f"{work}, one core",
            "",
            tuple(tokens / seconds for seconds in times["ours"]),
            unit="tok/s",
            bound=LEAST_TOKENS_PER_SECOND,
        ),
    ]


def _peer(plan: Plan, blocks: list[Block]) -> Dataset:
    folder = str(plan.new_folder())
    ids = [block.ids.astype(np.int32) for block in blocks]
    Dataset.from_dict({"input_ids": ids}).save_to_disk(folder)
    return load_from_disk(folder).with_format("numpy")  # pyright: ignore[reportReturnType]


def _read(peer: Dataset, numbers: list[int]) -> torch.Tensor:
    return torch.from_numpy(peer[numbers]["input_ids"].astype(np.int64)).flatten()

"""Span masking and collating on one core, 64 blocks of 510 pieces.

Peers: the same task a sequence at a time (`peers/per_sequence_masking.py`), and the masking
collator of `transformers`, whose task is simpler: single tokens and no boundary targets.
"""

import numpy as np
import torch

from benchmarks import ours
from benchmarks.peers.per_sequence_masking import masked_batch
from benchmarks.peers.trainer import collator, features
from benchmarks.results import Figure, speed_ratio
from benchmarks.timing import interleaved_short
from benchmarks.workload import MAX_LENGTH, SMALL, Plan, synthetic_blocks

NUM_BLOCKS = 64
BOUNDS = {
    "a sequence at a time, Python and NumPy": (100.0, 200.0),
    "transformers DataCollatorForLanguageModeling": (60.0, 120.0),
}


def measure(plan: Plan) -> list[Figure]:
    """Ours against each peer."""
    torch.set_num_threads(1)
    blocks = synthetic_blocks([MAX_LENGTH] * NUM_BLOCKS, plan.vocab_size)
    corpus = ours.write_corpus(blocks, plan.vocab_size, plan.new_folder())
    data, rng = ours.Data(corpus, ours.config(plan.size(SMALL))), np.random.default_rng(0)
    unigrams = np.concatenate([block.ids for block in blocks])
    collate, asked = collator(corpus.tokenizer), features(blocks)
    lines = [dict(zip(asked, line, strict=True)) for line in zip(*asked.values(), strict=True)]
    sequence, library = BOUNDS
    times = interleaved_short(
        {
            "ours": data.masking(),
            sequence: lambda: masked_batch(blocks, unigrams, rng),
            library: lambda: collate([dict(line) for line in lines]),
        },
        plan.pick(toy=2, quick=5, full=9),
    )
    return [
        speed_ratio(
            f"masking and collating {NUM_BLOCKS} x {MAX_LENGTH - 2} pieces, one core",
            peer,
            ours_s=times["ours"],
            peer_s=times[peer],
            tokens=len(unigrams),
            bound=bound,
            aim=aim,
        )
        for peer, (bound, aim) in BOUNDS.items()
    ]

"""Documents to shards on one core, in seconds of the CPU; each call begins with nothing learned.

Peers: the two maps of `run_mlm.py`, and `encode_batch` of the same tokenizer alone, which reads the
same files and writes nothing. The ids of all three are compared. Real text: `--text FILE`.
"""

import gc
import os
import random
import string
import time
from pathlib import Path

import numpy as np

from benchmarks import ours
from benchmarks.memory import peak_in
from benchmarks.peers import mlm_script
from benchmarks.results import Figure, speed_ratio
from benchmarks.timing import interleaved
from benchmarks.workload import CLS, SEP, Plan, synthetic_texts

# by peer: bound and aim
BOUNDS = {
    "datasets.map(tokenize) and map(group_texts)": (4.0, 5.0),
    "encode_batch of tokenizers": (2.0, 2.5),
}
PEAK_BOUND = 2.0**30  # bytes, for any input
PART_CHARACTERS = 1 << 20  # of a long document that the corpus stage hands on at once
LINE_BYTES = 100_000_000


def measure(plan: Plan) -> list[Figure]:
    """Speeds on real or made-up text, and the memory that one endless word takes."""
    os.environ["RAYON_NUM_THREADS"] = "1"  # of tokenizers; all sides have one core
    texts = corpus_texts(plan, plan.pick(toy=100_000, quick=6_000_000, full=25_000_000))
    documents = ours.write_documents(texts, plan.new_folder())
    tokenizer = ours.train_wordpiece(documents, plan.new_folder(), plan.vocab_size)
    return [*_speeds(plan, texts, documents, tokenizer), _peak(plan, tokenizer)]


def corpus_texts(plan: Plan, num_characters: int) -> list[str]:
    """Clean documents of about so many characters, or as many as there are."""
    if plan.text is None:
        return synthetic_texts(num_characters // 7)
    texts = ours.clean_texts(plan.text, plan.new_folder())
    ends = np.cumsum([len(text) for text in texts])
    return texts[: int(np.searchsorted(ends, num_characters)) + 1]


def _speeds(plan: Plan, texts: list[str], documents: Path, tokenizer: Path) -> list[Figure]:
    arrow, script, encode = plan.new_folder(), *BOUNDS
    mlm_script.save_texts(texts, arrow)
    _require_same_ids(plan, documents, tokenizer, arrow)

    def shard() -> None:
        ours.forget_chunks()
        ours.shard_documents(documents, tokenizer, plan.new_folder())

    gc.freeze()  # the peers' modules are many objects; no side's collector looks through them
    times = interleaved(
        {
            "ours": shard,
            script: lambda: mlm_script.mapped(arrow, tokenizer, plan.new_folder()),
            encode: lambda: mlm_script.encoded(ours.texts_of(documents), tokenizer),
        },
        plan.pick(toy=2, quick=3, full=3),
        warm_up=0,  # that was the comparison of ids
        clock=time.process_time,
    )
    tokens = len(mlm_script.encoded(texts, tokenizer))
    of = "made-up words" if plan.text is None else plan.text.name
    return [
        speed_ratio(
            f"documents to shards, {tokens / 1e6:.1f}M pieces of {of}, one core",
            peer,
            ours_s=times["ours"],
            peer_s=times[peer],
            tokens=tokens,
            bound=bound,
            aim=aim,
        )
        for peer, (bound, aim) in BOUNDS.items()
    ]


def _require_same_ids(plan: Plan, documents: Path, tokenizer: Path, arrow: Path) -> None:
    shards = plan.new_folder()
    ours.shard_documents(documents, tokenizer, shards)
    found = ours.ids_in(shards)
    encoded = mlm_script.encoded(ours.texts_of(documents), tokenizer)
    assert np.array_equal(found, encoded), "not the ids of encode_batch"
    tokenized, _ = mlm_script.mapped(arrow, tokenizer, plan.new_folder())
    ids = np.concatenate(tokenized.with_format("numpy")["input_ids"][:])
    assert np.array_equal(found, ids[(ids != CLS) & (ids != SEP)]), "not the ids of the script"


def _peak(plan: Plan, tokenizer: Path) -> Figure:
    """The peak of a fresh process that shards a line without a space, in the parts it comes in."""
    num_bytes = plan.pick(toy=2 * PART_CHARACTERS, quick=LINE_BYTES, full=LINE_BYTES)
    chance = random.Random(0)
    parts = (
        "".join(chance.choices(string.ascii_letters, k=PART_CHARACTERS))
        for _ in range(num_bytes // PART_CHARACTERS)
    )
    documents = ours.write_documents(parts, plan.new_folder())
    status = ours.sharding_status(documents, tokenizer, plan.new_folder())
    return Figure(
        f"peak memory, a line of {num_bytes / 1e6:.0f} MB without a space to shards",
        "",
        (peak_in(status),),
        unit="MB",
        bound=PEAK_BOUND,
        better="lower",
        needs_quiet=False,
    )

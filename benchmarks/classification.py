"""Fine-tuning of a sentence classifier on one core, at the lengths of SST-2, in seconds of the CPU.

Peer: `Trainer` of `transformers` on `BertForSequenceClassification`, in fp32 as ours, with the same
batch and sizes; its sentences are padded to the longest of the batch, or to 128, which is what
`run_glue` does by default. Both sides go over the same sentences in an order of their own, with the
making of batches.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks import ours
from benchmarks.peers import trainer
from benchmarks.peers.bert import PeerTraining, Sentences
from benchmarks.results import Figure
from benchmarks.same_work import require_equal
from benchmarks.timing import paired_ratios
from benchmarks.workload import (
    PAD,
    SMALL,
    Plan,
    Size,
    sentence_lengths,
    zipf_ids,
)

BATCH = 32
BOUNDS = (2.0, 3.0)  # at least, and aim; of the batch's longest, which pads least
PADDINGS = {"padding to the batch's longest": None, "run_glue's padding to 128": 128}
_SPREAD = 0.1  # of the weights that are compared

_Sentences = dict[str, list[Any]]  # "input_ids" with special tokens, and "labels"


def measure(plan: Plan) -> list[Figure]:
    """The same epoch on both sides; of the longest padding a few steps are enough."""
    torch.set_num_threads(1)
    size, work = plan.size(SMALL), _Work(plan)
    require_same_step(size, work)
    num_steps = {None: work.num_steps, 128: 2}
    calls: dict[str, Callable[[], list[float]]] = {"ours": work.own_seconds(size)}
    for name, padded_to in PADDINGS.items():
        calls[name] = work.peer_seconds(plan, size, padded_to, num_steps[padded_to])
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(plan.repetitions):
        for name, call in calls.items():
            times[name].append(float(np.mean(call())))
    return [
        _figure(
            f"fine-tuning, {size.name}, batches of {BATCH} of {work.name}, one core",
            f"transformers Trainer (sdpa), {name}",
            times["ours"],
            times[name],
            BOUNDS if padded_to is None else (None, None),
        )
        for name, padded_to in PADDINGS.items()
    ]


def _figure(
    work: str,
    peer: str,
    own_s: list[float],
    peer_s: list[float],
    limits: tuple[float | None, float | None],
) -> Figure:
    return Figure(
        work,
        peer,
        tuple(paired_ratios(peer_s, own_s)),
        ours=f"{BATCH / median(own_s):,.0f} examples/s",
        theirs=f"{BATCH / median(peer_s):,.0f} examples/s",
        bound=limits[0],
        aim=limits[1],
    )


class _Work:
    """Sentences with labels, and their vocabulary."""

    def __init__(self, plan: Plan) -> None:
        self.num_steps = plan.pick(toy=3, quick=8, full=16)
        self.sentences, self.tokenizer = (_read if plan.sentences else _make_up)(
            plan, self.num_steps * BATCH
        )
        source = plan.sentences.name if plan.sentences else "made-up sentences"
        lengths = [len(ids) for ids in self.sentences["input_ids"]]
        self.name = f"{source}, {np.mean(lengths):.0f} tokens on average, at most {max(lengths)}"

    def own_seconds(self, size: Size) -> Callable[[], list[float]]:
        """An epoch of ours."""
        own = ours.Classifying(size, self.tokenizer)
        return lambda: own.train(self.sentences, BATCH, time.process_time)[0]

    def peer_seconds(
        self, plan: Plan, size: Size, padded_to: int | None, steps: int
    ) -> Callable[[], list[float]]:
        """So many steps of the peer."""
        model = Sentences(size, ours.tokenizer_in(self.tokenizer).vocab_size).inner
        return lambda: trainer.sentence_seconds(
            model,
            self.sentences,
            self.tokenizer,
            plan.new_folder(),
            steps=steps,
            batch_size=BATCH,
            padded_to=padded_to,
            clock=time.process_time,
        )


def require_same_step(size: Size, work: _Work) -> None:
    """Take one step of both without dropout, from equal weights, on a batch of mixed lengths.

    Raises:
        AssertionError: loss or gradient differ.
    """
    vocab_size = ours.tokenizer_in(work.tokenizer).vocab_size
    peer = Sentences(size, vocab_size, dropout=0.0)
    own = ours.Classifying(size, work.tokenizer, dropout=0.0, initializer_range=_SPREAD)
    peer.load(own.published_state())
    batch = {name: values[:BATCH] for name, values in work.sentences.items()}
    _, found = own.train(batch, BATCH)
    require_equal(found, PeerTraining(peer).step(padded(batch)))


def padded(batch: _Sentences) -> dict[str, torch.Tensor]:
    """The peer's tensors of a batch."""
    rows = [torch.tensor(ids) for ids in batch["input_ids"]]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
    mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(row) for row in rows], batch_first=True)
    return {"input_ids": ids, "attention_mask": mask, "labels": torch.tensor(batch["labels"])}


def _make_up(plan: Plan, number: int) -> tuple[_Sentences, Any]:
    tokenizer = ours.write_tokenizer(plan.vocab_size, plan.new_folder())
    rng = np.random.default_rng(0)
    lengths = rng.permutation(sentence_lengths(number))
    pieces = [zipf_ids(length, plan.vocab_size, rng).tolist() for length in lengths.tolist()]
    labels = rng.integers(2, size=number).tolist()
    return {"input_ids": _framed(pieces, tokenizer), "labels": labels}, tokenizer


def _read(plan: Plan, number: int) -> tuple[_Sentences, Any]:
    """Sentences at the quantiles of the file's lengths, with their labels."""
    assert plan.sentences is not None
    rows = [line.split("\t") for line in plan.sentences.read_text().splitlines()[1:]]
    documents = ours.write_documents([text for text, _ in rows], plan.new_folder())
    tokenizer = ours.train_wordpiece(documents, plan.new_folder(), plan.vocab_size)
    pieces = ours.pieces_of([text for text, _ in rows], tokenizer)
    order = sorted(range(len(rows)), key=lambda row: len(pieces[row]))
    places = ((np.arange(number) + 0.5) / number * len(rows)).astype(int)
    chosen = np.random.default_rng(0).permutation([order[place] for place in places]).tolist()
    ids = _framed([pieces[row] for row in chosen], tokenizer)
    return {"input_ids": ids, "labels": [int(rows[row][1]) for row in chosen]}, tokenizer


def _framed(pieces: list[list[int]], tokenizer: Any) -> list[list[int]]:
    cls, sep = ours.framing_ids(tokenizer)
    return [[cls, *own, sep] for own in pieces]

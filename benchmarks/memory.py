"""Peak memory of a training step, each in a fresh process; only with --full.

A step that makes the logits of all masked tokens at once needs memory for tokens x vocabulary. What
of it ours needs is measured as a difference of differences: what more tokens cost at a large
vocabulary, less what they cost at a small one, for each added row and entry.
"""

import re
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch.multiprocessing

from benchmarks import ours
from benchmarks.results import Figure
from benchmarks.timing import THREADS
from benchmarks.workload import (
    BASE,
    SMALL,
    Plan,
    Size,
    document_lengths,
    synthetic_blocks,
)

LARGE_VOCABULARY = 4  # times the published one
STEP_TOKENS = 32_768
AT_MOST, AIM = 1.0, 0.25  # bytes for each added row and entry; a whole logit of fp32 takes 4
_ALL_TOKENS = 1 << 40  # a batch of all that is there
_BYTES_A_PARAMETER = 16  # weight, gradient and two moments in fp32


def measure(plan: Plan) -> list[Figure]:
    """Base at a real batch, and small with two vocabularies at two batches."""
    if plan.scale == "quick":
        return []
    return [_growth(plan), *_base(plan)]


def _base(plan: Plan) -> list[Figure]:
    tokens = plan.pick(toy=2048, quick=0, full=STEP_TOKENS)
    size = plan.size(BASE)
    found = _peak(plan, size, plan.vocab_size, tokens, micro=tokens // 8)
    name = f"{size.name}, {tokens:,} tokens a step in 8 micro-batches"
    return [
        Figure(f"peak memory, {name}", "", (found.peak,), unit="MB", needs_quiet=False),
        Figure(
            f"of it parameters, gradients and moments, {name}",
            "",
            (float(found.parameters * _BYTES_A_PARAMETER),),
            unit="MB",
            needs_quiet=False,
        ),
    ]


def _growth(plan: Plan) -> Figure:
    few, many = plan.pick(toy=(512, 1024), quick=(0, 0), full=(4096, 12_288))
    size, vocabularies = plan.size(SMALL), (plan.vocab_size, LARGE_VOCABULARY * plan.vocab_size)
    small, large = (
        [_peak(plan, size, vocab_size, tokens, micro=tokens) for tokens in (few, many)]
        for vocab_size in vocabularies
    )
    grown = [more.peak - less.peak for less, more in (small, large)]
    added = (large[1].num_rows - large[0].num_rows) * (vocabularies[1] - vocabularies[0])
    return Figure(
        f"memory for tokens x vocabulary, {size.name}, per added row and entry",
        "a whole logit: 4 bytes",
        ((grown[1] - grown[0]) / added,),
        unit="bytes",
        ours=" / ".join(f"{run.peak / 1e6:,.0f} MB" for run in (*small, *large)),
        bound=AT_MOST,
        aim=AIM,
        better="lower",
        needs_quiet=False,
    )


class Peak:
    """What one process used.

    Attributes:
        peak: bytes.
        num_rows: rows of both heads in its batch.
    """

    def __init__(self, peak: float, parameters: int, num_rows: int) -> None:
        self.peak, self.parameters, self.num_rows = peak, parameters, num_rows


def _peak(plan: Plan, size: Size, vocab_size: int, tokens: int, *, micro: int) -> Peak:
    """The peak of two steps in a fresh process."""
    corpus = ours.write_corpus(
        synthetic_blocks(document_lengths(tokens), vocab_size), vocab_size, plan.new_folder()
    )
    return Peak(*fresh_process(_train, size, corpus, micro))


def fresh_process(work: Callable[..., None], *arguments: Any) -> Any:
    """What work puts into a queue, which it is given last, in a process of its own."""
    context = torch.multiprocessing.get_context("spawn")
    answer = context.SimpleQueue()
    process = context.Process(target=work, args=(*arguments, answer))
    process.start()
    process.join()
    assert process.exitcode == 0, f"the process ended with {process.exitcode}"
    return answer.get()


def _train(size: Size, corpus: ours.Corpus, micro: int, answer: Any) -> None:
    torch.set_num_threads(THREADS)
    settings = ours.config(size, batch_tokens=_ALL_TOKENS, micro_batch_tokens=micro)
    batches = ours.batches_of(settings, corpus)(0)[0]
    trainer = ours.Training(settings, corpus.vocab_size)
    for _ in range(2):
        trainer.step(*batches)
    rows = [ours.rows_of(batch) for batch in batches]
    num_rows = sum(len(part.mlm_rows) + len(part.sbo_targets) for part in rows)
    parameters = sum(parameter.numel() for parameter in trainer.model.parameters())
    answer.put((peak_bytes(), parameters, num_rows))


def peak_bytes() -> float:
    """The most memory that this process has had; a program started from it begins anew."""
    status = Path("/proc/self/status")
    if status.exists():
        return peak_in(status.read_text())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def peak_in(status: str) -> float:
    """The most memory that a process has had, from Linux's account of it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None, status
    return float(found[1]) * 1024

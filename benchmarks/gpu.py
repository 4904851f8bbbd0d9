"""Training steps on one GPU, in slices that go on from one another.

python -m benchmarks.gpu --state FOLDER [--seconds 530]

Each call measures what fits into its seconds and keeps every finished case in FOLDER; call it until
it says that all are done, then the page is written. Only the package's core is needed;
without `transformers` there is no peer. Peer: `BertForMaskedLM` (sdpa, bf16, compiled).
"""

import argparse
import gc
import importlib.util
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import torch

from benchmarks import ours
from benchmarks.results import (
    ROOT,
    Figure,
    failed,
    from_json,
    page,
    speed_ratio,
    table,
    to_json,
    tokens_a_second,
    write_page,
)
from benchmarks.timing import Matmuls, interleaved
from benchmarks.workload import (
    BASE,
    LARGE,
    MEDIUM,
    SMALL,
    TOY,
    TOY_VOCAB_SIZE,
    VOCAB_SIZE,
    Size,
    document_lengths,
    equal_lengths,
    synthetic_blocks,
    useful_flop,
)

PEER = "transformers BertForMaskedLM (sdpa, bf16, compiled)"
MFU = {"small": (0.35, 0.40), "medium": (0.35, 0.40), "base": (0.45, 0.55), "large": (0.50, 0.60)}
RATIO = {"small": 1.7, "base": 1.4}  # without padding
PADDED_RATIO = 2.2
_STEP_TOKENS, _LARGE_STEP_TOKENS, _CHECKED_TOKENS = 32_768, 16_384, 1_024
_MATMUL_SIZE, _WARM_UP, _REPETITIONS = 8192, 3, 10
_FIRST_GUESS_S = 90.0  # of a case, compilation included


@dataclass(frozen=True)
class Case:
    """One size on one kind of data."""

    size: Size
    length: int
    is_padded: bool  # the data, where a peer lays it out in lines
    tokens: int = _STEP_TOKENS
    vocab_size: int = VOCAB_SIZE

    @property
    def name(self) -> str:
        """What its file is called."""
        return f"{self.size.name}-{self.length}-{'padded' if self.is_padded else 'full'}"

    @property
    def lengths(self) -> list[int]:
        """Of its blocks."""
        return (document_lengths if self.is_padded else equal_lengths)(self.tokens, self.length)


CASES = [
    Case(size, length, is_padded, _LARGE_STEP_TOKENS if size is LARGE else _STEP_TOKENS)
    for size in (SMALL, MEDIUM, BASE, LARGE)
    for length in (128, 512)
    for is_padded in (True, False)
]
TOY_CASES = [Case(TOY, 128, is_padded, 512, TOY_VOCAB_SIZE) for is_padded in (True, False)]


def main(arguments: Sequence[str]) -> int:
    """Measure one slice; 1 where a case failed."""
    given = _parser().parse_args(arguments)
    if given.device == "cuda" and not torch.cuda.is_available():
        print("no CUDA GPU here: nothing is measured")
        return 0
    is_toy = given.device == "cpu"
    cases = TOY_CASES if is_toy else CASES
    run_slice(cases, given.state, given.seconds, lambda case: measure(case, given.device))
    figures = finished(cases, given.state)
    done = sum(name in figures for name in (case.name for case in cases))
    shown = [figure for part in figures.values() for figure in part]
    print(f"{table(shown, None)}\n{done} of {len(cases)} cases are done")
    if done < len(cases):
        print("run the same command again to go on")
    else:
        command = " ".join(["python -m benchmarks.gpu", *arguments])
        text = page([(name, None, part) for name, part in figures.items()], command)
        print(f"written: {write_page(text, given.results, '-gpu-toy' if is_toy else '')}")
    return int(any(figure.failure for figure in shown))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu")
    parser.add_argument("--state", type=Path, required=True, help="folder of finished cases")
    parser.add_argument("--seconds", type=float, default=530.0, help="most that this call takes")
    parser.add_argument("--device", default="cuda", help="cpu: toy sizes, to see that it runs")
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    return parser


def run_slice(
    cases: Sequence[Case],
    state: Path,
    slice_s: float,
    measure_case: Callable[[Case], list[Figure]],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Measure the cases that are not done yet while there is time for another.

    The first is begun in any case. A case that was begun and never ended counts as failed, so that
    no slice is spent on it again.
    """
    state.mkdir(parents=True, exist_ok=True)
    began_s, longest_s, is_first = clock(), _FIRST_GUESS_S, True
    for case in cases:
        file, mark = _file(state, case), state / f"{case.name}.begun"
        if file.exists():
            continue
        if mark.exists():
            _keep(file, [failed(case.name, "did not end within a slice")])
            continue
        if not is_first and clock() - began_s + longest_s > slice_s:
            return
        is_first, case_began_s = False, clock()
        mark.touch()
        _keep(file, _guarded(case, measure_case))
        longest_s = max(longest_s, clock() - case_began_s)


def _guarded(case: Case, measure_case: Callable[[Case], list[Figure]]) -> list[Figure]:
    """A case's figures, or the row that says how it failed; memory is free again after it."""
    try:
        return measure_case(case)
    except (RuntimeError, AssertionError) as error:  # out of memory is a RuntimeError
        return [failed(case.name, f"{type(error).__name__}: {error}"[:200])]
    finally:
        torch.compiler.reset()
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def finished(cases: Sequence[Case], state: Path) -> dict[str, list[Figure]]:
    """The figures of all cases that are done, in order."""
    files = {case.name: _file(state, case) for case in cases}
    return {name: from_json(file.read_text()) for name, file in files.items() if file.exists()}


def _file(state: Path, case: Case) -> Path:
    return state / f"{case.name}.json"


def _keep(file: Path, figures: list[Figure]) -> None:
    aside = file.with_suffix(".partial")
    aside.write_text(to_json(figures))
    aside.replace(file)


def measure(case: Case, device: str) -> list[Figure]:
    """MFU, memory and speed of the SpanBERT step; the MLM step against the peer."""
    blocks = synthetic_blocks(case.lengths, case.vocab_size)
    with tempfile.TemporaryDirectory() as folder:
        corpus = ours.write_corpus(blocks, case.vocab_size, Path(folder) / "corpus")
        data = ours.Data(corpus, ours.config(case.size))
        batch, few = data.all(), data.batch(_few(case))
    own = _own_figures(case, batch, device)
    if importlib.util.find_spec("transformers") is None:
        return own
    _require_same_work(case, few, device)
    return [*own, _peer_figure(case, batch, device)]


def _few(case: Case) -> list[int]:
    """Numbers of blocks that are enough to compare losses on: some of the longest and the last."""
    last = len(case.lengths) - 1
    return sorted({*range(min(last, _CHECKED_TOKENS // case.length)), last})


def _own_figures(case: Case, batch: ours.PretrainingBatch, device: str) -> list[Figure]:
    own, rows = _training(case, device, has_sbo=True), ours.rows_of(batch)
    held, matmuls = _memory(device), _matmuls(device)
    calls = {"step": lambda: own.step(batch), "matmul": matmuls.call()}
    times = interleaved(calls, _REPETITIONS, warm_up=_WARM_UP, device=device)
    flop = useful_flop(case.size, case.vocab_size, rows)
    shares = [
        (flop / step_s) / (matmuls.flop / matmul_s)
        for step_s, matmul_s in zip(times["step"], times["matmul"], strict=True)
    ]
    bound, aim = MFU.get(case.size.name, (None, None))
    name = f"SpanBERT step, {case.name}, {rows.num_tokens:,} tokens, bf16"
    return [
        Figure(
            f"share of the matmul ceiling, {name}",
            f"torch.matmul {matmuls.size}³, bf16",
            tuple(shares),
            unit="%",
            ours=tokens_a_second(rows.num_tokens, times["step"]),
            theirs=f"{matmuls.flop / median(times['matmul']) / 1e12:.1f} TFLOP/s",
            bound=bound,
            aim=aim,
        ),
        Figure(
            f"peak memory, {name}",
            "",
            (float(_peak(device)),),
            unit="MB",
            ours=f"{held / 1e6:,.0f} MB before the first step",
        ),
    ]


def _peer_figure(case: Case, batch: ours.PretrainingBatch, device: str) -> Figure:
    from benchmarks.peers.bert import MaskedLM, PeerTraining, masked_lm_inputs

    own, rows = _training(case, device, has_sbo=False), ours.rows_of(batch)
    inputs = {name: part.to(device) for name, part in masked_lm_inputs(rows).items()}
    model = MaskedLM(case.size, case.vocab_size).to(device)
    peer = PeerTraining(model, "bf16", compiled=device != "cpu")
    calls = {"ours": lambda: own.step(batch), "peer": lambda: peer.step(inputs)}
    times = interleaved(calls, _REPETITIONS, warm_up=_WARM_UP, device=device)
    figure = speed_ratio(
        f"MLM step, {case.name}, {rows.num_tokens:,} tokens, bf16",
        PEER,
        ours_s=times["ours"],
        peer_s=times["peer"],
        tokens=rows.num_tokens,
        bound=PADDED_RATIO if case.is_padded else RATIO.get(case.size.name),
        aim=None,
    )
    return replace(figure, needs_quiet=False)


def _training(case: Case, device: str, *, has_sbo: bool) -> ours.Training:
    settings = ours.config(case.size, has_sbo=has_sbo, precision="bf16")
    return ours.Training(settings, case.vocab_size, device)


def _require_same_work(case: Case, few: ours.PretrainingBatch, device: str) -> None:
    from benchmarks.peers.bert import MaskedLM, masked_lm_inputs
    from benchmarks.same_work import require_same_work

    peer, inputs = MaskedLM(case.size, case.vocab_size, 0.0), masked_lm_inputs(ours.rows_of(few))
    require_same_work(case.size, case.vocab_size, few, peer, inputs, has_sbo=False, device=device)


def _matmuls(device: str) -> Matmuls:
    return Matmuls(64 if device == "cpu" else _MATMUL_SIZE, torch.bfloat16, device)


def _memory(device: str) -> int:
    """Bytes held now; the peak begins anew."""
    if device == "cpu":
        return 0
    torch.cuda.reset_peak_memory_stats()
    return torch.cuda.memory_allocated()


def _peak(device: str) -> int:
    return 0 if device == "cpu" else torch.cuda.max_memory_allocated()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

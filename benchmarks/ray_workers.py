"""What Ray costs: per step, with figures at every step, and to start and stop.

Peers: one worker against our plain loop in a process of its own; two against torch's
`DistributedDataParallel` over gloo. One thread a worker everywhere.
"""

from statistics import median

from benchmarks import ours
from benchmarks.peers import distributed
from benchmarks.results import Figure
from benchmarks.timing import paired_ratios
from benchmarks.workload import TINY, Plan, document_lengths, synthetic_blocks

LENGTH, STEP_TOKENS = 128, 2048
AIM, AT_MOST = 1.02, {1: 1.05, 2: 1.10}
_PEERS = {1: "our plain loop", 2: "torch DistributedDataParallel, gloo"}


def measure(plan: Plan) -> list[Figure]:
    """Per step for one worker and two; then what a run costs besides."""
    corpus = _corpus(plan)
    runs: dict[int, list[ours.RayRun]] = {1: [], 2: []}
    peers: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(plan.pick(toy=1, quick=1, full=5)):
        for workers, own in runs.items():
            settings = _settings(plan, workers)
            own.append(ours.ray_run(settings, corpus, plan.new_folder()))
            peers[workers].append(_peer_step(plan, settings, corpus, workers))
    steps = [_step_figure(workers, own, peers[workers]) for workers, own in runs.items()]
    return steps + _fixed_figures(runs[2])


def _corpus(plan: Plan) -> ours.Corpus:
    lengths = document_lengths(STEP_TOKENS * 8, LENGTH)
    return ours.write_corpus(
        synthetic_blocks(lengths, plan.vocab_size), plan.vocab_size, plan.new_folder()
    )


def _settings(plan: Plan, workers: int) -> ours.Config:
    return ours.config(
        plan.size(TINY),
        steps=plan.pick(toy=8, quick=40, full=60),
        batch_tokens=STEP_TOKENS,
        warmup_steps=1,
        num_workers=workers,
        log_every_steps=1,
        checkpoint_every_steps=1_000_000,  # the last step alone
    )


def _peer_step(plan: Plan, settings: ours.Config, corpus: ours.Corpus, workers: int) -> float:
    folder = plan.new_folder()
    if workers == 1:
        times = ours.process_seconds(settings, corpus, folder, 1)
    else:
        times = distributed.step_seconds(settings, corpus, folder, workers)
    return ours.typical_step(times)


def _step_figure(workers: int, own: list[ours.RayRun], peer_s: list[float]) -> Figure:
    own_s = [median(run.steps) for run in own]
    return Figure(
        f"a step on Ray, {workers} worker{'s' * (workers > 1)}, figures at every step",
        _PEERS[workers],
        tuple(paired_ratios(own_s, peer_s)),
        ours=f"{1000 * median(own_s):.1f} ms",
        theirs=f"{1000 * median(peer_s):.1f} ms",
        bound=AT_MOST[workers],
        aim=AIM,
        better="lower",
    )


def _fixed_figures(runs: list[ours.RayRun]) -> list[Figure]:
    parts = {
        "cluster": "Ray: until the cluster is there",
        "group": "Ray: from there to the end of the first step, 2 workers",
        "teardown": "Ray: from the last step to the return, export included",
    }
    return [
        Figure(title, "", tuple(getattr(run, part) for run in runs), unit="s")
        for part, title in parts.items()
    ]

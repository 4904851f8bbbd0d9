"""What safety costs: a checkpoint of BERT-base, copied, saved beside training, and verified.

Each against the time between two checkpoints at the default settings. A save takes no time of
training's own thread; it is counted as if it took all of it.
"""

from benchmarks import ours
from benchmarks.results import Figure
from benchmarks.workload import BASE, Plan

INTERVAL_S = 600.0  # training.checkpoint_every_s
AT_MOST = 0.02


def measure(plan: Plan) -> list[Figure]:
    """Shares of the interval, and the seconds they are made of."""
    size, vocab_size = plan.size(BASE), plan.vocab_size
    found = [
        ours.saving(ours.config(size), vocab_size, plan.new_folder())
        for _ in range(plan.repetitions)
    ]
    name = f"{size.name}, {found[0].size_bytes / 1e9:.2f} GB"
    peer = f"{INTERVAL_S:.0f} s between checkpoints"
    costs = tuple((one.copy_s + one.save_s) / INTERVAL_S for one in found)
    return [
        Figure(f"copy and save, {name}", peer, costs, unit="%", bound=AT_MOST, better="lower"),
        _seconds(f"copy on the training thread, {name}", [one.copy_s for one in found]),
        _seconds(f"save in a thread of its own, {name}", [one.save_s for one in found]),
        _seconds(f"verify and load at a start, {name}", [one.read_s for one in found]),
    ]


def _seconds(work: str, values: list[float]) -> Figure:
    return Figure(work, "", tuple(values), unit="s", better="lower")

"""Where the time of our own step goes: operations of torch by what they are for.

    python -m benchmarks.profile_step

Prints a Markdown table: each group's share of the time, and that of its largest operations.
"""

import tempfile
from collections import defaultdict
from pathlib import Path

import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks import ours
from benchmarks.timing import THREADS
from benchmarks.workload import SMALL, document_lengths, synthetic_blocks

_STEPS, _TOKENS, _VOCAB_SIZE = 5, 2048, 28_996

# what an operation's name is or begins with -> its group; the first that fits
GROUPS = {
    "matrix products": ("aten::mm", "aten::addmm"),
    "matrix products of attention": ("aten::bmm", "aten::baddbmm"),
    "optimizer, clipping": ("aten::_fused_adamw_", "aten::linalg_vector_norm"),
    "softmax": ("aten::_softmax", "aten::_log_softmax", "aten::exp_"),
    "GeLU": ("aten::gelu",),
    "layer norm": ("aten::native_layer_norm",),
    "random numbers": ("aten::random_", "aten::bernoulli", "aten::ge"),
    "copies": ("aten::copy_", "aten::cat", "aten::index", "aten::gather", "aten::embedding"),
    "zeroing": ("aten::fill_", "aten::zero_"),
    "sums, products, other element-wise": ("aten::",),
}


def main() -> None:
    """Profile a few steps and print the table."""
    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as folder:
        blocks = synthetic_blocks(document_lengths(_TOKENS), _VOCAB_SIZE)
        corpus = ours.write_corpus(blocks, _VOCAB_SIZE, Path(folder))
        settings = ours.config(SMALL)
        batch = ours.Data(corpus, settings).all()
        training = ours.Training(settings, _VOCAB_SIZE)
        training.step(batch)
        with profile(activities=[ProfilerActivity.CPU]) as recorded:
            for _ in range(_STEPS):
                training.step(batch)
    print(table({e.key: e.self_cpu_time_total for e in recorded.key_averages()}))


def table(times_us: dict[str, float]) -> str:
    """Markdown rows of all groups, largest first.

    Args:
        times_us: of each operation, without those that it calls.
    """
    groups: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for name, time_us in times_us.items():
        groups[group_of(name)][name] = time_us
    whole = sum(times_us.values())
    rows = ["| what | share | largest |", "|---|---|---|"]
    for group, members in sorted(groups.items(), key=lambda item: -sum(item[1].values())):
        largest = sorted(members, key=lambda name: -members[name])[:3]
        named = ", ".join(f"{n.removeprefix('aten::')} {members[n] / whole:.1%}" for n in largest)
        rows.append(f"| {group} | {sum(members.values()) / whole:.1%} | {named} |")
    return "\n".join(rows)


def group_of(name: str) -> str:
    """What an operation is for; Python, autograd and the rest where it is none of torch's."""
    fits = (g for g, names in GROUPS.items() if any(name.startswith(n) for n in names))
    return next(fits, "Python and autograd")


if __name__ == "__main__":
    main()

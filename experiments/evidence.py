"""Does SpanBERT's pre-training help question answering? A fair comparison, fixed before it ran.

Arms share the corpus, vocabulary, initial weights, order of the data, number of steps and tokens;
they differ in what is masked and predicted. Each is fine-tuned with the same seeds and scored on
the same questions. `run` works for so many seconds and stops at a safe place; the same command
goes on. It needs the core packages only; `prepare` also needs those that read the corpus.

    python experiments/evidence.py prepare --state S --size small --corpus F... --train F... --dev F
    python experiments/evidence.py run --state S --seconds 500
    python experiments/evidence.py table --state S
"""

import argparse
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from spanbert.config import Config, parse_config, to_toml
from spanbert.errors import PreemptedError
from spanbert.model.importing.artifact import import_folder
from spanbert.storage import write_text_atomic
from spanbert.tasks.qa.evaluate import evaluate_qa
from spanbert.tasks.qa.train import finetune_qa
from spanbert.training.keeping import ask_to_stop, forget_stop
from spanbert.training.worker import Inputs, Seat, train_on_worker

ARMS = {  # name -> the settings in which it differs
    "random subword": ["masking.scheme=subword-tokens", "masking.replacement=token"],
    "geometric spans": [],
    "spans + SBO": ["objective.sbo_weight=1.0"],
    "spans, 2seq + NSP": ["shards.pairs=true", "objective.nsp=true"],
}
# What counts, as mean difference in F1 over fine-tuning seeds, with its 95 % interval.
COMPARISONS = (
    ("geometric spans", "random subword"),
    ("spans + SBO", "geometric spans"),
    ("spans + SBO", "random subword"),
    ("geometric spans", "spans, 2seq + NSP"),
)
SEEDS = (1, 2, 3, 4, 5)
# Two-sided 95 % points of Student's t, by degrees of freedom.
_T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}

SIZES = {
    "small": """
[tokenizer]
vocab_size = 8000
[shards]
max_pieces = 254
[model]
hidden_size = 128
num_layers = 2
num_heads = 2
intermediate_size = 512
max_positions = 256
hidden_dropout = 0.0
attention_dropout = 0.0
[objective]
sbo_weight = 0.0
sbo_position_size = 64
[training]
steps = 1500
batch_tokens = 4096
micro_batch_tokens = 4096
learning_rate = 2e-3
warmup_steps = 150
beta2 = 0.98
log_every_steps = 50
checkpoint_every_steps = 50
keep_checkpoints = 1
[qa]
max_length = 256
window_step = 96
max_question_pieces = 48
epochs = 1
batch_size = 16
learning_rate = 1e-3
""",
    "medium": """
[tokenizer]
vocab_size = 28996
[shards]
max_pieces = 382
[model]
hidden_size = 512
num_layers = 8
num_heads = 8
intermediate_size = 2048
max_positions = 384
[objective]
sbo_weight = 0.0
[training]
steps = 6000
batch_tokens = 65536
micro_batch_tokens = 65536
learning_rate = 5e-4
warmup_steps = 600
beta2 = 0.98
precision = "bf16"
log_every_steps = 50
checkpoint_every_steps = 200
keep_checkpoints = 1
[qa]
max_length = 384
epochs = 2
learning_rate = 1e-4
""",
}


def prepare(state: Path, size: str, corpus: list[str], train: list[str], dev: str) -> None:
    """Make vocabulary and shards, once, and write down the settings of every arm."""
    from spanbert.corpus.documents import write_documents
    from spanbert.shards.writer import write_shards
    from spanbert.tokenizer.artifact import build_tokenizer

    state.mkdir(parents=True, exist_ok=True)
    names = {"train": [], "dev": []}
    for kind, files in (("train", train), ("dev", [dev])):
        for file in map(Path, files):
            shutil.copy(file, state / file.name)
            names[kind].append(file.name)
    config = parse_config(SIZES[size], [f"corpus.sources={json.dumps(corpus)}"])
    config = replace(
        config, qa=replace(config.qa, train=tuple(names["train"]), dev=(names["dev"][0],))
    )
    documents, tokenizer = state / "documents", state / "tokenizer"
    if not tokenizer.exists():
        write_documents(documents, state / "held-out", config.corpus)
        build_tokenizer(documents, tokenizer, config.tokenizer)
    write_text_atomic(state / "base.toml", to_toml(config))
    for arm in ARMS:
        settings = arm_config(state, arm)
        if not shards_of(state, settings).exists():
            write_shards(documents, tokenizer, shards_of(state, settings), settings.shards)


def arm_config(state: Path, arm: str) -> Config:
    """The settings of an arm."""
    return parse_config((state / "base.toml").read_text(), ARMS[arm])


def shards_of(state: Path, config: Config) -> Path:
    """Where an arm's shards lie."""
    return state / ("pair-shards" if config.shards.pairs else "shards")


def run(state: Path, seconds: float, arms: list[str], device: torch.device) -> bool:
    """Work on unfinished cells until the time is up; returns whether all are finished."""
    end_s = time.monotonic() + seconds
    longest_s = 0.0  # of a fine-tuning cell; none begins that would not end in time
    for arm in arms:
        try:
            pretrain(state, arm, end_s, device)
        except PreemptedError:
            return False
    for seed in SEEDS:
        for arm in arms:
            target = cell_of(state, arm, seed)
            if target.exists():
                continue
            began_s = time.monotonic()
            if began_s + 1.2 * longest_s > end_s:
                return False
            write_text_atomic(target, json.dumps(finetune(state, arm, seed), indent=1))
            longest_s = max(longest_s, time.monotonic() - began_s)
    return True


def folder_of(state: Path, arm: str) -> Path:
    """Where an arm's checkpoints and encoder lie."""
    return state / "arms" / "-".join("".join(c if c.isalnum() else " " for c in arm).split())


def cell_of(state: Path, arm: str, seed: int) -> Path:
    """Where the scores of one fine-tuning lie."""
    return folder_of(state, arm) / f"seed-{seed}.json"


def pretrain(state: Path, arm: str, end_s: float, device: torch.device) -> None:
    """Train to the last step, or raise `PreemptedError` right after a checkpoint."""
    config, folder = arm_config(state, arm), folder_of(state, arm)
    if (folder / "encoder").exists():
        return
    inputs = Inputs(shards_of(state, config), state / "tokenizer", folder)
    began_s = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    forget_stop(folder)
    timer = threading.Timer(max(0.0, end_s - began_s), ask_to_stop, [folder])
    timer.start()
    try:
        train_on_worker(config, inputs, Seat(device=device), say=print)
    finally:
        timer.cancel()
    print(f"{arm}: pre-trained, {time.monotonic() - began_s:.0f} s of this slice", flush=True)
    last = inputs.checkpoints / f"step-{config.training.steps:08d}"
    import_folder(last, folder / "encoder", tokenizer=inputs.tokenizer)


def finetune(state: Path, arm: str, seed: int) -> dict[str, Any]:
    """Fine-tune an arm's encoder with one seed; returns its scores."""
    config, folder = arm_config(state, arm), folder_of(state, arm)
    files = {
        name: tuple(str(state / f) for f in getattr(config.qa, name)) for name in ("train", "dev")
    }
    qa = replace(config.qa, **files)
    model = folder / f"qa-{seed}"
    finetune_qa(
        model,
        start=folder / "encoder",
        tokenizer=state / "tokenizer",
        model=config.model,
        config=qa,
        seed=seed,
        say=print,
    )
    scores = evaluate_qa(model, qa)
    shutil.rmtree(model)
    print(f"{arm}, seed {seed}: F1 {scores['f1']:.2f}", flush=True)
    return {name: scores[name] for name in ("exact_match", "f1", "num_questions")}


def table(state: Path) -> str:
    """Scores of all arms and the comparisons, in Markdown."""
    return "\n".join([*_score_rows(state), "", *_comparison_rows(state)])


def _scores(state: Path, arm: str) -> dict[int, dict[str, float]]:
    cells = {seed: cell_of(state, arm, seed) for seed in SEEDS}
    return {seed: json.loads(path.read_text()) for seed, path in cells.items() if path.exists()}


def _score_rows(state: Path) -> Iterator[str]:
    yield "| arm | seeds | exact match | F1 | last masked-token loss |"
    yield "|---|---|---|---|---|"
    for arm in ARMS:
        found = list(_scores(state, arm).values())
        if not found:
            continue
        columns = (np.array([cell[name] for cell in found]) for name in ("exact_match", "f1"))
        cells = [f"{c.mean():.2f} ± {c.std(ddof=min(1, len(c) - 1)):.2f}" for c in columns]
        curve = (folder_of(state, arm) / "curve.jsonl").read_text().splitlines()[-5:]
        loss = np.mean([json.loads(line)["mlm_loss"] for line in curve])
        yield f"| {arm} | {len(found)} | {cells[0]} | {cells[1]} | {loss:.3f} |"


def _comparison_rows(state: Path) -> Iterator[str]:
    yield "| comparison | seeds | mean difference in F1 | 95 % interval |"
    yield "|---|---|---|---|"
    for better, base in COMPARISONS:
        first, second = _scores(state, better), _scores(state, base)
        seeds = sorted(first.keys() & second.keys())
        if len(seeds) < 2:
            continue
        gains = np.array([first[seed]["f1"] - second[seed]["f1"] for seed in seeds])
        half = _T95[len(gains) - 1] * gains.std(ddof=1) / len(gains) ** 0.5
        mean = gains.mean()
        interval = f"{mean - half:+.2f} to {mean + half:+.2f}"
        yield f"| {better} − {base} | {len(gains)} | {mean:+.2f} | {interval} |"


def main() -> int:
    """Returns 75 from `run` where there is more to do, as a program that was cut off."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("verb", choices=("prepare", "run", "table"))
    parser.add_argument("--state", type=Path, required=True, help="folder of all intermediate work")
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--corpus", nargs="+", default=[])
    parser.add_argument("--train", nargs="+", default=[], help="SQuAD files")
    parser.add_argument("--dev", default="", help="SQuAD file")
    parser.add_argument("--seconds", type=float, default=500)
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.verb == "prepare":
        prepare(options.state, options.size, options.corpus, options.train, options.dev)
    elif options.verb == "table":
        print(table(options.state))
    else:
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        return 0 if run(options.state, options.seconds, options.arms, device) else 75
    return 0


if __name__ == "__main__":
    sys.exit(main())

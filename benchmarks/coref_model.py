"""Clusters of documents on one core, in seconds of the CPU; and memory by a document's length.

Peer: `peers/coref_model.py`. Both sides have the same random weights, read the same pieces, and
must come to the same links. Tokenizing is left out, and of the peer the list of candidates too.
"""

import statistics
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks import ours
from benchmarks.memory import fresh_process, peak_bytes
from benchmarks.peers.coref_model import CorefModel
from benchmarks.results import Figure, speed_ratio
from benchmarks.timing import interleaved
from benchmarks.workload import BASE, SMALL, TINY, CorefSizes, Plan, Size, synthetic_texts

PREDICTION = (2.0, 2.5)  # bound and aim
AT_MOST, AIM = 4096.0, 1024.0  # bytes for each further word of a long document
SEGMENT_LENGTH = 384
_TOY_LENGTH = 64
_SPREAD = 0.05  # of the weights: links differ, and the largest scores still have their digits
_TOY_SIZES = CorefSizes(ffnn_size=24, feature_size=4)
_SHORT, _LONG = 20_000, 60_000  # words: some windows, and three times as many
Found = tuple[list[tuple[int, int]], list[int]]  # spans, and the antecedent of each


def measure(plan: Plan) -> list[Figure]:
    """Prediction beside the peer, then memory of our own."""
    torch.set_num_threads(1)
    return [_prediction(plan), *_memory(plan)]


def _text(plan: Plan) -> str:
    """The first sentences of a file's first document, or made-up ones."""
    num_words = plan.pick(toy=300, quick=400, full=1000)
    if plan.documents is None:
        return "\n\n".join(synthetic_texts(num_words))
    lines, found = list[str](), 0
    for line in ours.words_in(plan.documents)[0].splitlines():
        if found < num_words:
            lines.append(line)
            found += len(line.split())
    return "\n\n".join(lines)


def _prediction(plan: Plan) -> Figure:
    text = _text(plan)
    documents = ours.write_documents([text], plan.new_folder())
    folder = ours.train_wordpiece(documents, plan.new_folder(), plan.vocab_size)
    tokenizer, sizes = ours.tokenizer_in(folder), _sizes(plan)
    size = plan.size(plan.pick(toy=SMALL, quick=SMALL, full=BASE))
    length = plan.pick(toy=_TOY_LENGTH, quick=SEGMENT_LENGTH, full=SEGMENT_LENGTH)
    own = ours.Resolving(size, tokenizer, sizes, length, _SPREAD)
    peer = CorefModel(size, tokenizer.vocab_size, sizes).eval()
    peer.load(own.published_state())
    read = own.read(text)
    plain = own.plain(read)
    _require_same_links(own.resolve(read), peer(plain))
    times = interleaved(
        {"ours": lambda: own.resolve(read), "peer": lambda: peer(plain)},
        min(plan.repetitions, 3),  # a minute each at full size
        warm_up=0,  # that was the comparison
        clock=time.process_time,
    )
    num_words = plain.num_words
    return speed_ratio(
        f"clusters of {num_words:,} words, encoder {size.name}, one core, fp32; words a second",
        "transformers BertModel (sdpa), padded; all vectors of all candidates and pairs",
        ours_s=times["ours"],
        peer_s=times["peer"],
        tokens=num_words,
        bound=PREDICTION[0],
        aim=PREDICTION[1],
    )


def _sizes(plan: Plan) -> CorefSizes:
    return plan.pick(toy=_TOY_SIZES, quick=CorefSizes(), full=CorefSizes())


def _require_same_links(found: Found, expected: Found) -> None:
    assert found[0] == expected[0], "not the same spans are kept"
    assert found[1] == expected[1], "not the same antecedents"
    assert len(set(found[1])) > 1, "nothing is linked: it says nothing"


def _memory(plan: Plan) -> list[Figure]:
    """How much more a long document needs than one of a few windows, in fresh processes."""
    if plan.scale == "toy":
        return []
    texts = ["\n\n".join(synthetic_texts(number)) for number in (_SHORT, _LONG)]
    folder = ours.train_wordpiece(
        ours.write_documents(texts[:1], plan.new_folder()), plan.new_folder(), plan.vocab_size
    )
    pairs = [  # one differs from the next by how memory happens to be laid out
        [fresh_process(_resolve, TINY, folder, text) for text in texts]
        for _ in range(plan.pick(toy=1, quick=1, full=5))
    ]
    short, long = (statistics.median(peaks) for peaks in zip(*pairs, strict=True))
    peaks = f"{short / 1e6:,.0f} MB / {long / 1e6:,.0f} MB"
    return [
        Figure(
            f"memory for each further word, {_SHORT:,} and {_LONG:,} words, encoder {TINY.name}",
            "",
            tuple((long - short) / (_LONG - _SHORT) for short, long in pairs),
            unit="bytes",
            ours=peaks,
            bound=AT_MOST,
            aim=AIM,
            better="lower",
            needs_quiet=False,
        )
    ]


def _resolve(size: Size, tokenizer: Path, text: str, answer: Any) -> None:
    """The peak of a process that resolves a text, in bytes."""
    torch.set_num_threads(1)
    sizes = CorefSizes(ffnn_size=150)  # a narrow head: lengths count here, not widths
    own = ours.Resolving(size, ours.tokenizer_in(tokenizer), sizes, SEGMENT_LENGTH)
    own.resolve(own.read(text))
    answer.put(peak_bytes())

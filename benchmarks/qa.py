"""Question answering on one core, in seconds of the CPU: features, decoding, fine-tuning steps.

Peers: the three functions of `transformers`' example `run_qa` (`peers/run_qa.py`), and
`BertForQuestionAnswering` on windows that are padded to their longest length, as that example pads
them, or to the longest of the batch. What both sides make is compared before it is timed.
"""

import gc
import os
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from benchmarks import ours
from benchmarks.peers.bert import AnswerSpans, PeerTraining
from benchmarks.peers.run_qa import MAX_LENGTH, OVERLAP, RunQA, postprocess
from benchmarks.results import ROOT, Figure, speed_ratio
from benchmarks.same_work import require_equal
from benchmarks.timing import interleaved
from benchmarks.workload import PAD, SMALL, Plan, Size

EXAMPLE = ROOT / "examples" / "data" / "squad-dev.json.gz"
VALIDATION, TRAINING, DECODING = (5.0, 6.0), (4.5, 5.5), (9.0, 12.0)  # bound and aim
STEPS = (2.5, 3.0)  # against windows padded to MAX_LENGTH
TOLERANCE = 1e-6  # of probabilities
_PADDING_SCORE = -1e4  # of tokens that are none, so that they are never among the best
_SPREAD = 0.1  # of the weights that are compared


def measure(plan: Plan) -> list[Figure]:
    """Windows, answers, then steps on the file's mix of lengths."""
    os.environ["RAYON_NUM_THREADS"] = "1"  # of tokenizers
    torch.set_num_threads(1)
    work = _Work(plan)
    gc.freeze()  # the peers' modules are many objects; no side's collector looks through them
    return [*_features(plan, work), _decoding(plan, work), *_steps(plan, work)]


class _Work:
    """The questions on both sides, and their windows."""

    def __init__(self, plan: Plan) -> None:
        path = plan.questions or EXAMPLE
        self.questions = ours.questions_in(path)[: plan.pick(toy=20, quick=1500, full=10**9)]
        contexts = dict.fromkeys(question.context for question in self.questions)
        documents = ours.write_documents(contexts, plan.new_folder())
        self.folder = ours.train_wordpiece(documents, plan.new_folder(), plan.vocab_size)
        self.tokenizer = ours.tokenizer_in(self.folder)
        self.config = ours.answering_config(MAX_LENGTH)
        self.peer = RunQA(_columns(self.questions), self.folder)
        self.windows = self.make_windows()
        self.name = f"{len(self.questions):,} questions of {path.name}, one core"

    def make_windows(self) -> ours.Windows:
        """From nothing but texts."""
        return ours.windows_overlapping(self.questions, self.tokenizer, self.config, OVERLAP)

    @property
    def num_tokens(self) -> int:
        """Of all windows, without padding."""
        return int(self.windows.lengths.sum())


def _columns(questions: list[ours.Question]) -> dict[str, list[Any]]:
    answers = [
        {"text": [a.text for a in q.answers], "answer_start": [a.start for a in q.answers]}
        for q in questions
    ]
    texts = {name: [getattr(q, name) for q in questions] for name in ("id", "question", "context")}
    return texts | {"answers": answers}


def _features(plan: Plan, work: _Work) -> list[Figure]:
    peer = work.peer
    _require_same_windows(work, peer.training_features(plan.new_folder()))
    times = interleaved(
        {
            "ours": lambda: ours.window_tensors(work.make_windows()),
            "validation": lambda: peer.validation_features(plan.new_folder()),
            "training": lambda: peer.training_features(plan.new_folder()),
        },
        plan.repetitions,
        warm_up=0,  # that was the comparison
        clock=time.process_time,
    )
    return [
        speed_ratio(
            f"{kind} features, {work.name}",
            "run_qa of transformers, datasets.map",
            ours_s=times["ours"],
            peer_s=times[kind],
            tokens=work.num_tokens,
            bound=bound,
            aim=aim,
        )
        for kind, (bound, aim) in (("validation", VALIDATION), ("training", TRAINING))
    ]


def _require_same_windows(work: _Work, theirs: Any) -> None:
    found, rows = ours.window_tensors(work.windows), theirs.with_format("numpy")[:]
    is_token = rows["attention_mask"] == 1
    assert tuple(is_token.sum(axis=1).tolist()) == found.lengths, "not the same windows"
    for name in ("input_ids", "token_type_ids"):
        own = found.token_ids if name == "input_ids" else found.token_type_ids
        assert np.array_equal(rows[name][is_token], own.numpy()), f"not the same {name}"
    targets = np.stack([rows["start_positions"], rows["end_positions"]], axis=1)
    assert np.array_equal(targets, found.targets.numpy()), "not the same answers"


class _Features:
    """The peer's features with the pieces that each window shows best."""

    def __init__(self, rows: Any, best_seen: list[dict[str, bool]]) -> None:
        self._rows, self._best_seen = rows, best_seen

    def __getitem__(self, window: int) -> Mapping[str, Any]:
        return self._rows[window] | {"token_is_max_context": self._best_seen[window]}

    def __len__(self) -> int:
        return len(self._best_seen)

    def __iter__(self) -> Any:
        return iter(self._rows)


def _decoding(plan: Plan, work: _Work) -> Figure:
    rows = work.peer.validation_features(plan.new_folder())
    features = _Features(rows, ours.best_seen(work.windows))
    rng = np.random.default_rng(0)
    flat = (3 * rng.normal(size=(work.num_tokens, 2))).astype(np.float32)
    padded = np.full((2, len(work.windows), MAX_LENGTH), _PADDING_SCORE, dtype=np.float32)
    padded[:, np.arange(MAX_LENGTH) < work.windows.lengths[:, None]] = flat.T
    scores = (padded[0], padded[1])
    _require_same_answers(work, features, flat, scores)
    times = interleaved(
        {
            "ours": lambda: ours.answers_of(work.windows, flat, work.config),
            "peer": lambda: postprocess(work.peer.examples, features, scores),
        },
        plan.repetitions,
        warm_up=0,
        clock=time.process_time,
    )
    bound, aim = DECODING
    return speed_ratio(
        f"scores to the 20 best answers, {work.name}",
        "run_qa of transformers, postprocess_qa_predictions",
        ours_s=times["ours"],
        peer_s=times["peer"],
        tokens=work.num_tokens,
        bound=bound,
        aim=aim,
    )


def _require_same_answers(
    work: _Work, features: _Features, flat: np.ndarray, scores: tuple[np.ndarray, np.ndarray]
) -> None:
    """Compare texts and probabilities; the peer leaves out repeated texts here, as ours does."""
    theirs = postprocess(work.peer.examples, features, scores, is_distinct=True)
    for found in ours.answers_of(work.windows, flat, work.config):
        expected = theirs[found.id]
        texts = [one["text"] for one in expected]
        assert [one.text for one in found.candidates] == texts, f"not the same at {found.id}"
        for one, other in zip(found.candidates, expected, strict=True):
            difference = abs(one.probability - other["probability"])
            assert difference <= TOLERANCE, f"not as probable at {found.id}: {one.text!r}"


def _steps(plan: Plan, work: _Work) -> list[Figure]:
    size, vocab_size = plan.size(SMALL), work.tokenizer.vocab_size
    rows = _typical(work.windows.lengths, plan.pick(toy=4, quick=8, full=32))
    peers = {"run_qa's padding to 384": MAX_LENGTH, "padding to the batch's longest": None}
    inputs = {name: _padded(work, rows, length) for name, length in peers.items()}
    _require_same_step(size, work, rows[-1:])
    steps = 2  # of each call: ours makes its optimizer in it
    own, peer = (
        ours.Answering(size, work.tokenizer, work.config),
        PeerTraining(AnswerSpans(size, vocab_size)),
    )
    calls: dict[str, Any] = {"ours": lambda: own.train(work.windows, rows, steps)}
    for name in peers:
        calls[name] = lambda name=name: [peer.step(inputs[name]) for _ in range(steps)]
    times = interleaved(calls, plan.repetitions, clock=time.process_time)
    lengths = work.windows.lengths[rows]
    mean = lengths.mean()
    return [
        speed_ratio(
            f"fine-tuning step, {size.name}, {len(rows)} windows of {mean:.0f} tokens, fp32",
            f"transformers BertForQuestionAnswering (sdpa), {name}, fp32",
            ours_s=times["ours"],
            peer_s=times[name],
            tokens=steps * int(lengths.sum()),
            bound=bound,
            aim=aim,
        )
        for name, (bound, aim) in zip(peers, (STEPS, (None, None)), strict=True)
    ]


def _require_same_step(size: Size, work: _Work, rows: list[int]) -> None:
    """Compare a step on windows of one length: over padding, the peer's loss is another one."""
    peer = AnswerSpans(size, work.tokenizer.vocab_size, dropout=0.0)
    own = ours.Answering(size, work.tokenizer, work.config, dropout=0.0, initializer_range=_SPREAD)
    peer.load(own.published_state())
    inputs = _padded(work, rows, None)
    require_equal(own.train(work.windows, rows, 1), PeerTraining(peer).step(inputs))


def _typical(lengths: np.ndarray, number: int) -> list[int]:
    """Windows at the quantiles of their lengths."""
    places = (np.arange(number) + 0.5) / number * len(lengths)
    return np.argsort(lengths, kind="stable")[places.astype(int)].tolist()


def _padded(work: _Work, rows: list[int], length: int | None) -> dict[str, torch.Tensor]:
    """The peer's tensors of some windows."""
    every, bounds = ours.window_tensors(work.windows), np.cumsum([0, *work.windows.lengths])
    longest = length or int(work.windows.lengths[rows].max())
    names = ("input_ids", "token_type_ids", "attention_mask")
    tensors = {name: torch.full((len(rows), longest), PAD) for name in names}
    for line, row in enumerate(rows):
        own = slice(int(bounds[row]), int(bounds[row + 1]))
        size = own.stop - own.start
        tensors["input_ids"][line, :size] = every.token_ids[own]
        tensors["token_type_ids"][line, :size] = every.token_type_ids[own]
        tensors["attention_mask"][line, :size] = 1
    starts, ends = every.targets[rows].T
    return tensors | {"start_positions": starts, "end_positions": ends}

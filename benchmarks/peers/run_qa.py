"""Questions -> features -> answers by stock tools, as `transformers`' example `run_qa` does it.

Written from what the example documents of itself: padded windows by the tokenizer's own overflow,
offsets that are None outside the context, and twenty best starts and ends in two loops.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset, disable_caching, disable_progress_bars
from transformers import AutoTokenizer

MAX_LENGTH = 384
OVERLAP = 128  # of neighbouring windows, in pieces
NUM_BEST = 20
LONGEST_ANSWER = 30  # pieces
Rows = dict[str, list[Any]]


class RunQA:
    """The example's three functions over one set of questions.

    Args:
        columns: id, question, context and answers (text, answer_start) of each question.
        tokenizer: a folder that `transformers` reads.
    """

    def __init__(self, columns: Mapping[str, Sequence[Any]], tokenizer: Path) -> None:
        disable_caching()
        disable_progress_bars()
        self.examples = Dataset.from_dict(dict(columns))
        self._tokenizer = AutoTokenizer.from_pretrained(tokenizer, model_max_length=10**9)

    def validation_features(self, folder: Path) -> Dataset:
        """Windows with their question's id and the offsets of context pieces, in a file."""
        return self._mapped(self.validation_rows, folder)

    def training_features(self, folder: Path) -> Dataset:
        """Windows with the positions of the answer's first and last piece, in a file."""
        return self._mapped(self.training_rows, folder)

    def _mapped(self, function: Callable[[Rows], Any], folder: Path) -> Dataset:
        folder.mkdir(parents=True)
        return self.examples.map(
            function,
            batched=True,
            remove_columns=self.examples.column_names,
            cache_file_name=str(folder / "features.arrow"),
        )

    def validation_rows(self, rows: Rows) -> Any:
        """A batch of questions as windows."""
        found = self._windows(rows)
        owners = found.pop("overflow_to_sample_mapping")
        found["example_id"] = [rows["id"][owner] for owner in owners]
        for window in range(len(owners)):
            is_context = found.sequence_ids(window)
            found["offset_mapping"][window] = [
                offsets if is_context[place] == 1 else None
                for place, offsets in enumerate(found["offset_mapping"][window])
            ]
        return found

    def training_rows(self, rows: Rows) -> Any:
        """A batch of questions as windows with targets."""
        found = self._windows(rows)
        owners, offset_mapping = (
            found.pop("overflow_to_sample_mapping"),
            found.pop("offset_mapping"),
        )
        found["start_positions"], found["end_positions"] = [], []
        for window, offsets in enumerate(offset_mapping):
            cls = found["input_ids"][window].index(self._tokenizer.cls_token_id)
            answers = rows["answers"][owners[window]]
            first, last = _positions(answers, offsets, found.sequence_ids(window), cls)
            found["start_positions"].append(first)
            found["end_positions"].append(last)
        return found

    def _windows(self, rows: Rows) -> Any:
        return self._tokenizer(
            [question.lstrip() for question in rows["question"]],
            rows["context"],
            truncation="only_second",
            max_length=MAX_LENGTH,
            stride=OVERLAP,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding="max_length",
        )


def _positions(
    answers: Mapping[str, Any],
    offsets: Sequence[tuple[int, int]],
    is_context: Sequence[int | None],
    cls: int,
) -> tuple[int, int]:
    """Where the first answer lies in a window; twice [CLS] where it does not lie there whole."""
    if not answers["answer_start"]:
        return cls, cls
    begin = answers["answer_start"][0]
    stop = begin + len(answers["text"][0])
    first = 0
    while is_context[first] != 1:
        first += 1
    last = len(offsets) - 1
    while is_context[last] != 1:
        last -= 1
    if not (offsets[first][0] <= begin and offsets[last][1] >= stop):
        return cls, cls
    while first < len(offsets) and offsets[first][0] <= begin:
        first += 1
    while offsets[last][1] >= stop:
        last -= 1
    return first - 1, last + 1


def postprocess(
    examples: Any,
    features: Sequence[Mapping[str, Any]] | Any,
    scores: tuple[np.ndarray, np.ndarray],
    *,
    has_null: bool = False,
    is_distinct: bool = False,
) -> dict[str, list[dict[str, Any]]]:
    """The n best answers of each question, best first, with their probabilities.

    Args:
        features: with the offsets, and with "token_is_max_context" where that rule is to count.
        scores: (windows, MAX_LENGTH) of starts and of ends.
        has_null: the empty answer is among them.
        is_distinct: leave out a text that came before, as the older example does.
    """
    numbers = {key: number for number, key in enumerate(examples["id"])}
    windows_by_question = defaultdict[int, list[int]](list)
    for window, feature in enumerate(features):
        windows_by_question[numbers[feature["example_id"]]].append(window)
    return {
        example["id"]: _n_best(
            example["context"],
            [(features[w], scores[0][w], scores[1][w]) for w in windows_by_question[number]],
            has_null,
            is_distinct,
        )
        for number, example in enumerate(examples)
    }


def _n_best(
    context: str, windows: Sequence[tuple[Any, Any, Any]], has_null: bool, is_distinct: bool
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    null: dict[str, Any] | None = None
    for feature, starts, ends in windows:
        score = starts[0] + ends[0]
        if null is None or score < null["score"]:
            null = _candidate((0, 0), starts[0], ends[0])
        found += _candidates(feature, starts, ends)
    if has_null and null is not None:
        found.append(null)
    found = sorted(found, key=lambda one: one["score"], reverse=True)
    best = _distinct(found, context) if is_distinct else found[:NUM_BEST]
    if has_null and null is not None and not any(one["offsets"] == (0, 0) for one in best):
        best.append(null)
    for one in best:
        start, end = one.pop("offsets")
        one["text"] = context[start:end]
    if not best or (len(best) == 1 and best[0]["text"] == ""):
        best.insert(0, {"text": "empty", "start_logit": 0.0, "end_logit": 0.0, "score": 0.0})
    every = np.array([one.pop("score") for one in best])
    weights = np.exp(every - np.max(every))
    for share, one in zip(weights / weights.sum(), best, strict=True):
        one["probability"] = share
    return [
        {
            key: float(value) if isinstance(value, np.floating | float) else value
            for key, value in one.items()
        }
        for one in best
    ]


def _candidates(feature: Any, starts: Any, ends: Any) -> list[dict[str, Any]]:
    offsets, is_best = feature["offset_mapping"], feature.get("token_is_max_context")
    found: list[dict[str, Any]] = []
    first_of_all, last_of_all = -1, -NUM_BEST - 1
    for start in np.argsort(starts)[first_of_all:last_of_all:-1].tolist():
        for end in np.argsort(ends)[first_of_all:last_of_all:-1].tolist():
            if (
                start >= len(offsets)
                or end >= len(offsets)
                or offsets[start] is None
                or len(offsets[start]) < 2
                or offsets[end] is None
                or len(offsets[end]) < 2
            ):
                continue
            if end < start or end - start + 1 > LONGEST_ANSWER:
                continue
            if is_best is not None and not is_best.get(str(start), False):
                continue
            span = (offsets[start][0], offsets[end][1])
            found.append(_candidate(span, starts[start], ends[end]))
    return found


def _candidate(offsets: tuple[int, int], start_score: Any, end_score: Any) -> dict[str, Any]:
    return {
        "offsets": offsets,
        "score": start_score + end_score,
        "start_logit": start_score,
        "end_logit": end_score,
    }


def _distinct(found: Sequence[dict[str, Any]], context: str) -> list[dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = {}
    for one in found:
        start, end = one["offsets"]
        kept.setdefault(context[start:end], one)
        if len(kept) == NUM_BEST:
            break
    return list(kept.values())

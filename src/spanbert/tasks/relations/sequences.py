"""What is shown of sentences -> pieces, cut so that both entities stay."""

from collections.abc import Mapping, Sequence
from itertools import takewhile

import numpy as np

from spanbert.shapes import Int
from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.relations.showing import CONTEXT, ENTITY, SEP, Part
from spanbert.tokenizer.subword import SubwordTokenizer

_NUM_FRAMING = 2  # [CLS] and the last [SEP]


def sequences_of(
    shown: Sequence[Sequence[Part]],
    encoder: TextEncoder,
    markers: Mapping[str, int],
    max_length: int,
) -> list[Int[np.ndarray, "..."]]:
    """`[CLS] parts [SEP]` of each, at most so long.

    **Differs** from the published code, which cuts the end away, with it maybe an entity.

    Args:
        markers: ids by name.
    """
    tokenizer = encoder.tokenizer
    ids_by_marker = {name: np.array([i]) for name, i in {**markers, SEP: tokenizer.sep_id}.items()}
    texts, numbers = encoder.encode_distinct([part.text for parts in shown for part in parts])
    found, done = list[Int[np.ndarray, "..."]](), 0
    for parts in shown:
        own = numbers[done : done + len(parts)]
        done += len(parts)
        pieces = [
            ids_by_marker[part.marker]
            if part.marker
            else texts.ids[slice(*texts.bounds[n : n + 2])]
            for part, n in zip(parts, own, strict=True)
        ]
        kept = _fitting(parts, pieces, max_length - _NUM_FRAMING)
        found.append(np.concatenate([[tokenizer.cls_id], kept, [tokenizer.sep_id]]))
    return found


def marker_ids(names: Sequence[str], tokenizer: SubwordTokenizer) -> dict[str, int]:
    """An id for each marker: those of [unused1] and so on, then new ones behind the vocabulary."""
    entries = {tokenizer.token(i): i for i in range(tokenizer.vocab_size)}
    unused = [
        entries[name]
        for name in takewhile(
            entries.__contains__, (f"[unused{n}]" for n in range(1, len(names) + 1))
        )
    ]
    added = range(tokenizer.vocab_size, tokenizer.vocab_size + len(names) - len(unused))
    return dict(zip(names, [*unused, *added], strict=True))


def _fitting(
    parts: Sequence[Part], pieces: Sequence[Int[np.ndarray, "..."]], room: int
) -> Int[np.ndarray, " kept"]:
    """The pieces that stay: markers, then the beginnings of entities, then what is nearest them."""
    ids = np.concatenate(pieces)
    if len(ids) <= room:
        return ids
    lengths = [len(own) for own in pieces]
    ranks = np.repeat([part.rank for part in parts], lengths)
    in_sentence = list(takewhile(lambda part: part.marker != SEP, parts))
    distance = _distances(ranks, sum(lengths[: len(in_sentence)]))
    return ids[np.sort(np.lexsort((distance, ranks))[:room])]


def _distances(
    ranks: Int[np.ndarray, " pieces"], num_in_sentence: int
) -> Int[np.ndarray, " pieces"]:
    """Of context to the nearest entity in the sentence; of an entity's piece to its beginning."""
    places = np.arange(len(ranks))
    anchors = np.flatnonzero(ranks[:num_in_sentence] < CONTEXT)
    after = np.searchsorted(anchors, places)
    left, right = anchors[np.maximum(after - 1, 0)], anchors[np.minimum(after, len(anchors) - 1)]
    nearest = np.minimum(abs(places - left), abs(places - right))
    begins = np.maximum.accumulate(np.where(ranks != ENTITY, places, -1))
    return np.where(ranks == ENTITY, places - begins, nearest)

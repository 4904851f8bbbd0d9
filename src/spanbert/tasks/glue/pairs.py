"""Sentences and pairs -> `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]` (SpanBERT, section 4.1)."""

from collections.abc import Sequence

import numpy as np

from spanbert.shapes import Int
from spanbert.tasks.classification.features import Inputs
from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.glue.examples import GlueExample


def glue_inputs(
    examples: Sequence[GlueExample],
    encoder: TextEncoder,
    max_length: int,
    labels: Sequence[str],
) -> Inputs:
    """What the model reads of each example, all of them single or all pairs.

    Args:
        max_length: pieces of each, special tokens included; the longer text is cut first.
        labels: what the outputs stand for; none: a number is predicted.
    """
    num_texts = len(examples[0].texts) if examples else 1
    texts, numbers = encoder.encode_distinct([t for one in examples for t in one.texts])
    numbers = numbers.reshape(-1, num_texts)  # (examples, texts)
    room = max_length - 1 - num_texts
    kept = trimmed(texts.lengths[numbers], room)
    starts = texts.bounds[numbers]
    ends = (starts + kept).tolist()
    cls, sep = (np.array([i]) for i in (encoder.tokenizer.cls_id, encoder.tokenizer.sep_id))
    sequences = [
        np.concatenate(
            [cls, *(p for a, b in zip(*own, strict=True) for p in (texts.ids[a:b], sep))]
        )
        for own in zip(starts.tolist(), ends, strict=True)
    ]
    return Inputs.of(
        [example.id for example in examples],
        [example.label for example in examples],
        sequences,
        (kept[:, 0] + 2).tolist() if len(examples) else [],
        labels,
    )


def trimmed(
    lengths: Int[np.ndarray, "examples texts"], room: int
) -> Int[np.ndarray, "examples texts"]:
    """How much of each text is kept: while they are too long together, the longer loses a piece.

    Of two equally long ones the second does.
    """
    if lengths.shape[1] == 1:
        return np.minimum(lengths, room)
    first, second = lengths.T
    half = room // 2
    return np.stack(
        [
            np.minimum(first, np.maximum(room - second, room - half)),
            np.minimum(second, np.maximum(room - first, half)),
        ],
        axis=1,
    )

"""Which tokens make one word (SpanBERT, section 3.1: spans are of complete words).

The tokenizer itself says which of its pre-tokens a piece came from, so the rule holds for any
model. For BERT each punctuation mark is a word of its own.
"""

from collections.abc import Sequence

import numpy as np

from spanbert.shapes import Bool


def word_starts(word_ids: Sequence[int | None]) -> Bool[np.ndarray, " seq"]:
    """True where a piece begins a word, from the pre-token number of each piece."""
    numbers = np.array([-1 if i is None else i for i in word_ids], dtype=np.int64)
    starts = np.ones(len(numbers), dtype=bool)
    starts[1:] = numbers[1:] != numbers[:-1]
    return starts

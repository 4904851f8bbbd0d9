"""The arrays that masking a batch fills: every token, then one row for each thing to predict.

Tokens are counted over the whole batch, whose framed segments lie end to end.
"""

from typing import NamedTuple

import numpy as np

from spanbert.compiled import compiled


class MaskedRows(NamedTuple):
    """int64 arrays; `counts` says how many rows of each kind are filled."""

    corrupted: np.ndarray  # (tokens) what the model sees
    token_type_ids: np.ndarray  # (tokens)
    mlm_rows: np.ndarray  # (masked) the masked tokens
    mlm_targets: np.ndarray  # (masked) what they were
    replacements: np.ndarray  # (masked) a `Replacement` for each
    sbo_rows: np.ndarray  # (masked) masked tokens with a boundary target
    sbo_left: np.ndarray  # (masked)
    sbo_right: np.ndarray  # (masked)
    sbo_offset: np.ndarray  # (masked)
    sbo_targets: np.ndarray  # (masked)
    random_rows: np.ndarray  # (masked) masked tokens that become random pieces
    random_places: np.ndarray  # (masked) where these stand in the corpus
    counts: np.ndarray  # (3) masked tokens, boundary targets, random pieces so far


@compiled
def empty_rows(num_tokens: int, num_masked: int) -> MaskedRows:
    """Room for so many tokens and rows; nothing is filled but the token types, with 0."""
    masked = np.empty((10, num_masked), dtype=np.int64)
    return MaskedRows(
        np.empty(num_tokens, dtype=np.int64),
        np.zeros(num_tokens, dtype=np.int64),
        masked[0],
        masked[1],
        masked[2],
        masked[3],
        masked[4],
        masked[5],
        masked[6],
        masked[7],
        masked[8],
        masked[9],
        np.zeros(3, dtype=np.int64),
    )

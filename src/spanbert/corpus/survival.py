"""Numbers of all candidates, in order -> which documents survive, and on which side.

The earlier of two equal or similar documents survives. So the outcome depends on the order of the
sources alone, not on how they were cut into chunks or on who read them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.near_duplicates import near_duplicates
from spanbert.corpus.numbers import Numbers
from spanbert.shapes import Bool, UInt

REASONS = ("", "duplicate", "contaminated", "near_duplicate")  # in the order in which they apply
_DUPLICATE, _CONTAMINATED, _NEAR_DUPLICATE = 1, 2, 3


@dataclass(frozen=True)
class Survival:
    """What becomes of each candidate."""

    reasons: UInt[np.ndarray, " documents"]  # index in REASONS; 0: it survives
    held_out: Bool[np.ndarray, " documents"]  # only where it survives
    renamed: Bool[np.ndarray, " documents"]  # its id is that of an earlier survivor
    most_copies: int  # of one text


def decide(numbers: Numbers, config: CorpusConfig, scratch: Path) -> Survival:
    """Apply the rules that compare documents.

    A document is held out when its fraction is below `config.held_out_fraction`, so adding files
    never moves one. One exception: where that leaves a side empty, the document nearest to the
    border changes sides, provided the fraction is not 0; a lone document is for training.

    Args:
        scratch: a folder for what is mapped from disk.
    """
    first, most_copies = _first_of_equals(numbers.column("digests"))
    reasons = np.where(first, 0, _DUPLICATE).astype(np.uint8)
    if config.contaminated == "drop":
        reasons[(reasons == 0) & (numbers.column("overlaps") > 0)] = _CONTAMINATED
    if config.near_duplicate_similarity:  # some 60 bytes of memory for a document
        signatures = numbers.mapped("signatures", scratch / "signatures.bin")
        earlier = near_duplicates(signatures, config.near_duplicate_similarity, reasons != 0)
        reasons[earlier >= 0] = _NEAR_DUPLICATE
    survives = reasons == 0
    held_out = np.zeros(len(reasons), dtype=bool)
    held_out[survives] = _held_out(numbers.column("fractions")[survives], config.held_out_fraction)
    renamed = np.zeros(len(reasons), dtype=bool)
    renamed[survives] = ~_first_of_equals(numbers.column("id_digests")[survives])[0]
    return Survival(reasons, held_out, renamed, most_copies)


def _first_of_equals(keys: UInt[np.ndarray, "rows 2"]) -> tuple[Bool[np.ndarray, " rows"], int]:
    """True at the first row of each kind, and how many rows the commonest kind has."""
    if len(keys) == 0:
        return np.zeros(0, dtype=bool), 0
    order = np.lexsort((keys[:, 1], keys[:, 0]))  # stable: rows of one kind stay in order
    begins = np.append(True, (keys[order[1:]] != keys[order[:-1]]).any(axis=1))
    first = np.zeros(len(keys), dtype=bool)
    first[order[begins]] = True
    return first, int(np.diff(np.append(np.flatnonzero(begins), len(keys))).max())


def _held_out(fractions: np.ndarray, held_out_fraction: float) -> Bool[np.ndarray, " survivors"]:
    if len(fractions) == 1:
        return np.zeros(1, dtype=bool)  # a lone document is for training
    held_out = fractions < held_out_fraction
    if held_out_fraction and len(fractions) and held_out.all() == held_out.any():
        nearest = np.argmin(np.abs(fractions - held_out_fraction))
        held_out[nearest] ^= True
    return held_out

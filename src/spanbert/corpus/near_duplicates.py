"""MinHash signatures -> the documents that are near-duplicates of an earlier one, by LSH.

A signature's entries are cut into bands; documents that agree in all entries of a band share a
bucket, and only those that share one are compared. `signatures.py` makes the signatures.
"""

from collections.abc import Iterator

import numpy as np

from spanbert.corpus.signatures import NO_SHINGLES
from spanbert.shapes import Bool, Int, UInt

MAX_MISSED = 0.02  # probability that a pair just as similar as the threshold shares no bucket
MAX_COMPARED = 256  # surviving documents of a bucket, the earliest, that later ones meet

_BLOCK_DOCUMENTS = 2**16  # read from a memory map at once
_MULTIPLIER = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio, which is odd


def near_duplicates(
    signatures: UInt[np.ndarray, "docs permutations"],
    threshold: float,
    is_dropped: Bool[np.ndarray, " docs"],
) -> Int[np.ndarray, " docs"]:
    """The number of the surviving document that each one is a near-duplicate of, or -1.

    Documents are taken in order. One is a near-duplicate if it shares a bucket with an earlier
    survivor, among the bucket's first 256, and at least `threshold` of their entries are equal; of
    several such survivors the first is named. All others survive. So the answer depends on the
    signatures and their order alone.

    Each document meets at most 256 survivors in each of its buckets: time is linear in documents,
    at worst 256 times the number of bands comparisons for each, where a corpus is all boilerplate.
    Copies of one document meet the one survivor. Memory is about 40 bytes for a document and 40
    for each place in a bucket that documents share; signatures are read in blocks, once a band.

    Args:
        signatures: (docs, permutations) uint32, which may be a memory map.
        threshold: in (0, 1); see `rows_of_bands` for what is missed at it.
        is_dropped: documents that are out already; they get -1 and are not compared.
    """
    num_equal_needed = threshold * signatures.shape[1]
    originals = np.full(len(signatures), -1, dtype=np.int64)
    documents, buckets = _shared_buckets(signatures, threshold, is_dropped)
    survivors = _Survivors(np.bincount(buckets))
    for document, own_buckets in _by_document(documents, buckets):
        met = survivors.of(own_buckets)
        num_equal = np.count_nonzero(signatures[met] == signatures[document], axis=1)
        alike = met[num_equal >= num_equal_needed]
        if len(alike):
            originals[document] = alike[0]
        else:
            survivors.add(document, own_buckets)
    return originals


def rows_of_bands(threshold: float, num_permutations: int) -> int:
    """How many entries make a band: as many as still find 98 % of the pairs at the threshold.

    A pair of similarity s shares one of b bands of r rows with probability 1 - (1 - s**r)**b. For
    128 entries: 5 rows at 0.7 (missed: 1.0 %), 7 at 0.8 (1.4 %), 11 at 0.9 (1.6 %).
    """

    def missed(rows: int) -> float:
        return (1 - threshold**rows) ** (num_permutations // rows)

    fitting = [rows for rows in range(1, num_permutations + 1) if missed(rows) <= MAX_MISSED]
    return max(fitting, default=1)


# --- signatures -> buckets ---


def _shared_buckets(
    signatures: UInt[np.ndarray, "docs permutations"],
    threshold: float,
    is_dropped: Bool[np.ndarray, " docs"],
) -> tuple[Int[np.ndarray, " places"], Int[np.ndarray, " places"]]:
    """Documents and numbers of their buckets, of those buckets that hold two or more."""
    candidates = _candidates(signatures, is_dropped)
    documents, buckets, num_buckets = [candidates[:0]], [candidates[:0]], 0
    rows = rows_of_bands(threshold, signatures.shape[1])
    for start in range(0, signatures.shape[1] - rows + 1, rows):
        places, numbers = _groups(_band(signatures, candidates, slice(start, start + rows)))
        documents.append(candidates[places])
        buckets.append(numbers + np.int32(num_buckets))
        num_buckets += int(numbers.max(initial=-1)) + 1
    return np.concatenate(documents), np.concatenate(buckets)


def _candidates(
    signatures: UInt[np.ndarray, "docs permutations"], is_dropped: Bool[np.ndarray, " docs"]
) -> Int[np.ndarray, " candidates"]:
    """Numbers, int32, of the documents that are not dropped and have words."""
    has_words = np.zeros(len(signatures), dtype=bool)
    for start in range(0, len(signatures), _BLOCK_DOCUMENTS):
        block = signatures[start : start + _BLOCK_DOCUMENTS]
        has_words[start : start + _BLOCK_DOCUMENTS] = (block != NO_SHINGLES).any(axis=1)
    return np.flatnonzero(has_words & ~is_dropped).astype(np.int32)


def _band(
    signatures: UInt[np.ndarray, "docs permutations"],
    candidates: Int[np.ndarray, " candidates"],
    columns: slice,
) -> UInt[np.ndarray, " candidates"]:
    """One uint64 for each candidate's entries in one band."""
    powers = [pow(_MULTIPLIER, i, 2**64) for i in range(columns.stop - columns.start)]
    weights = np.array(powers, dtype=np.uint64)
    hashes = np.empty(len(candidates), dtype=np.uint64)
    for start in range(0, len(candidates), _BLOCK_DOCUMENTS):
        block = candidates[start : start + _BLOCK_DOCUMENTS]
        hashes[start : start + len(block)] = signatures[block, columns].astype(np.uint64) @ weights
    return hashes


def _groups(
    hashes: UInt[np.ndarray, " candidates"],
) -> tuple[Int[np.ndarray, " places"], Int[np.ndarray, " places"]]:
    """Places of equal hashes, and a number for each set of them, int32 from 0."""
    order = np.argsort(hashes)
    in_order = hashes[order]
    begins = np.ones(len(hashes), dtype=bool)
    begins[1:] = in_order[1:] != in_order[:-1]
    is_shared = ~(begins & np.append(begins[1:], True))
    numbers = np.cumsum(begins[is_shared], dtype=np.int32) - np.int32(1)
    return order[is_shared], numbers


# --- buckets -> survivors ---


class _Survivors:
    """The first survivors in each bucket, all in one array.

    Args:
        sizes: how many documents each bucket holds.
    """

    def __init__(self, sizes: Int[np.ndarray, " buckets"]) -> None:
        sizes = np.minimum(sizes, MAX_COMPARED)
        self._ends = np.cumsum(sizes)
        self._filled_to = self._ends - sizes
        self._starts = self._filled_to.copy()
        self._documents = np.empty(sizes.sum(), dtype=np.int32)

    def of(self, buckets: Int[np.ndarray, " own"]) -> Int[np.ndarray, " met"]:
        """The survivors in any of these buckets, in order, each once."""
        spans = zip(self._starts[buckets], self._filled_to[buckets], strict=True)
        return np.unique(np.concatenate([self._documents[start:end] for start, end in spans]))

    def add(self, document: int, buckets: Int[np.ndarray, " own"]) -> None:
        """Note a survivor in those of its buckets, all different, that are not full."""
        free = buckets[self._filled_to[buckets] < self._ends[buckets]]
        self._documents[self._filled_to[free]] = document
        self._filled_to[free] += 1


def _by_document(
    documents: Int[np.ndarray, " places"], buckets: Int[np.ndarray, " places"]
) -> Iterator[tuple[int, Int[np.ndarray, " own"]]]:
    """Each document, in order, with its buckets."""
    order = np.argsort(documents, kind="stable")
    documents, buckets = documents[order], buckets[order]
    begins = np.flatnonzero(np.diff(documents, prepend=-1))
    ends = np.append(begins, len(documents))[1:]
    for start, end in zip(begins, ends, strict=True):
        yield int(documents[start]), buckets[start:end]

"""Words of a document -> its MinHash signature, by rensa: 512 bytes to tell how alike two are.

The share of equal entries of two signatures estimates the Jaccard similarity of their sets of word
5-grams, with a standard error of at most 0.045. `near_duplicates.py` finds the pairs to compare.
"""

import numpy as np

from spanbert.corpus.optional import optional_import
from spanbert.corpus.words import ngrams
from spanbert.shapes import UInt

SHINGLE_WORDS = 5
NUM_PERMUTATIONS = 128
NO_SHINGLES = 2**32 - 1  # every entry of the signature of a document without words
_SEED = 1907  # signatures made with another seed cannot be compared


def shingles(hashes: UInt[np.ndarray, " words"]) -> UInt[np.ndarray, " shingles"]:
    """What documents are compared by: all runs of five words, or all words where there are fewer.

    Args:
        hashes: of the document's words, as `WordHashes.of` gives them.
    """
    return ngrams(hashes, max(1, min(SHINGLE_WORDS, len(hashes))))


def signature(shingles: UInt[np.ndarray, " shingles"]) -> UInt[np.ndarray, " permutations"]:
    """The MinHash signature of a set of shingles, (128,) uint32; how often each occurs is ignored.

    It is the same in every process and for any number of threads. That of a document which comes
    in parts is the entrywise minimum of its parts' signatures (less the shingles across them).

    Raises:
        DependencyError: rensa is not installed.
    """
    sketch = optional_import("rensa").RMinHash
    rows = sketch.digest_matrix_from_flat_token_hashes(
        shingles, [0, len(shingles)], NUM_PERMUTATIONS, _SEED
    )
    return np.array(rows.to_rows()[0], dtype=np.uint32)


def algorithm() -> str:
    """The version of what makes signatures; those of different versions cannot be compared."""
    return str(optional_import("rensa").RMinHash.ALGORITHM_VERSION)

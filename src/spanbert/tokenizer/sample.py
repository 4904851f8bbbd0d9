"""Documents -> a sample of about so many characters, chosen by the texts alone.

A hash of its text puts each document into one of 65,536 buckets; a sample is the first buckets that
together hold the characters asked for. So the order of the documents changes nothing, and among
more documents the same ones are preferred. The hash is not the one that holds documents out.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spanbert.corpus.documents import read_documents

_BUCKET_BYTES = 2
_NUM_BUCKETS = 1 << 8 * _BUCKET_BYTES


@dataclass(frozen=True, slots=True)
class Sample:
    """How much of a corpus is taken."""

    num_buckets: int  # of those that there are, the first so many
    documents: int  # taken
    characters: int  # in them
    of_documents: int  # in the corpus
    of_characters: int

    def takes(self, text: str) -> bool:
        """Whether the document with this text is in the sample."""
        return _bucket(text) < self.num_buckets

    def as_counts(self) -> dict[str, int | float]:
        """For a manifest, and for a person to read."""
        return {
            "sample_documents": self.documents,
            "sample_characters": self.characters,
            "of_documents": self.of_documents,
            "of_characters": self.of_characters,
            "share": round(self.characters / max(1, self.of_characters), 6),
        }


def choose_sample(texts: Iterable[str], characters: int) -> Sample:
    """The fewest documents, in the order of their hashes, that hold so many characters.

    Takes memory for the buckets alone. Documents of one bucket are taken together, so the sample
    is larger than asked for by less than a bucket.

    Args:
        characters: least size of the sample, if there are as many; 0: all.
    """
    documents_of, characters_of = np.zeros((2, _NUM_BUCKETS), dtype=np.int64)
    for text in texts:
        bucket = _bucket(text)
        documents_of[bucket] += 1
        characters_of[bucket] += len(text)
    reached = np.cumsum(characters_of)
    num_buckets = _NUM_BUCKETS
    if 0 < characters < reached[-1]:
        num_buckets = int(np.searchsorted(reached, characters)) + 1
    return Sample(
        num_buckets,
        documents=int(documents_of[:num_buckets].sum()),
        characters=int(reached[num_buckets - 1]),
        of_documents=int(documents_of.sum()),
        of_characters=int(reached[-1]),
    )


def sample_texts(documents: Path, characters: int) -> tuple[Sample, Callable[[], Iterator[str]]]:
    """A sample of a documents artifact, and what starts a pass over its texts.

    Raises:
        DataError, IntegrityError, DependencyError: as `read_documents`.
    """
    sample = choose_sample((document.text for document in read_documents(documents)), characters)

    def read_texts() -> Iterator[str]:
        return (d.text for d in read_documents(documents) if sample.takes(d.text))

    return sample, read_texts


def _bucket(text: str) -> int:
    digest = hashlib.blake2b(text.encode(), digest_size=_BUCKET_BYTES, person=b"sample")
    return int.from_bytes(digest.digest(), "big")

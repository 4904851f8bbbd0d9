"""The characters that get entries of their own."""

from collections import Counter
from collections.abc import Iterable

from tokenizers import Tokenizer

_LIMIT = 1_000  # words with rarer characters have unknown pieces


def alphabet_size(vocab_size: int) -> int:
    """A small vocabulary has room for fewer characters, or they would take the place of words."""
    return min(_LIMIT, 100 + vocab_size // 20)


def alphabet(backend: Tokenizer, texts: Iterable[str], limit: int) -> list[str]:
    """The commonest characters of the normalised texts, at most `limit`, sorted."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(backend.normalizer.normalize_str(text))
    visible = [c for c in counts if not c.isspace()]
    return sorted(sorted(visible, key=lambda c: (-counts[c], c))[:limit])

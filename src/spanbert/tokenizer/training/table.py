"""Texts -> a tokenizer of the kind that the settings name.

Unigram vocabularies are taken from a folder alone: the stock trainer adds numbers in the order of a
hash map, so it gives another vocabulary in every process.
"""

from collections.abc import Callable, Iterable

from tokenizers import Tokenizer

from spanbert.errors import DataError
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.excerpts import learnable
from spanbert.tokenizer.subword import SubwordTokenizer
from spanbert.tokenizer.training.byte_bpe import train_byte_bpe
from spanbert.tokenizer.training.wordpiece import train_wordpiece

Trainer = Callable[[Callable[[], Iterable[str]], TokenizerConfig], Tokenizer]
TRAINERS: dict[str, Trainer] = {
    "wordpiece": train_wordpiece,
    "byte-bpe": train_byte_bpe,
}


def train_tokenizer_on(
    read_texts: Callable[[], Iterable[str]], config: TokenizerConfig
) -> SubwordTokenizer:
    """A vocabulary made from texts: equal texts in equal order give an equal vocabulary.

    Memory grows with the distinct words, not with the texts, which may be long.

    Args:
        read_texts: starts a new pass over the texts; there are up to three.

    Raises:
        DataError: the texts hold no word.
    """

    def read_excerpts() -> Iterable[str]:
        return learnable(read_texts())

    if not any(c.isprintable() and not c.isspace() for text in read_excerpts() for c in text):
        raise DataError("no word to learn a vocabulary from", remedy="add text to corpus.sources")
    return SubwordTokenizer(TRAINERS[config.model](read_excerpts, config))

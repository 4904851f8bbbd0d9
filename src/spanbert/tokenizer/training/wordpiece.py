"""Texts -> a WordPiece vocabulary, with BERT's special tokens first."""

import unicodedata
from collections.abc import Callable, Iterable

from tokenizers import Tokenizer, trainers

from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.pipelines import CONTINUATION, wordpiece
from spanbert.tokenizer.specials import BERT_SPECIALS
from spanbert.tokenizer.training.alphabet import alphabet, alphabet_size


def train_wordpiece(read_texts: Callable[[], Iterable[str]], config: TokenizerConfig) -> Tokenizer:
    """BERT's rules over entries that are pairs of shorter entries, the commonest pair first."""
    no_words = {token: i for i, token in enumerate(BERT_SPECIALS)}
    backend = wordpiece(no_words, BERT_SPECIALS, lower_case=config.lower_case)
    # The trainer numbers continuation characters, and cuts its alphabet, in the order of a hash
    # map, and breaks ties by number. Naming both makes the vocabulary the same in every process.
    characters = alphabet(backend, read_texts(), alphabet_size(config.vocab_size))
    continuations = [CONTINUATION + c for c in characters if not _stands_alone(c)]
    trainer = trainers.WordPieceTrainer(
        vocab_size=config.vocab_size,
        min_frequency=config.min_frequency,
        special_tokens=[*BERT_SPECIALS, *continuations],
        initial_alphabet=characters,
        limit_alphabet=len(characters),
        continuing_subword_prefix=CONTINUATION,
        show_progress=False,
    )
    backend.train_from_iterator(read_texts(), trainer)
    return wordpiece(backend.get_vocab(), BERT_SPECIALS, lower_case=config.lower_case)


def _stands_alone(character: str) -> bool:
    """Whether BERT's rules make a word boundary on both sides of it: spaces and punctuation."""
    is_ascii_symbol = character.isascii() and not character.isalnum()
    return is_ascii_symbol or unicodedata.category(character)[0] in "PZ"

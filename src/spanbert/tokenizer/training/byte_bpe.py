"""Texts -> a byte-level BPE vocabulary, with RoBERTa's special tokens first."""

from collections.abc import Callable, Iterable

from tokenizers import Tokenizer, pre_tokenizers, trainers

from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.folder import merges_of
from spanbert.tokenizer.pipelines import byte_bpe
from spanbert.tokenizer.specials import ROBERTA_LAYOUT, ROBERTA_SPECIALS


def train_byte_bpe(read_texts: Callable[[], Iterable[str]], config: TokenizerConfig) -> Tokenizer:
    """RoBERTa's rules over the 256 bytes and what the commonest pairs join to."""
    no_words = {token: i for i, token in enumerate(ROBERTA_LAYOUT)}
    backend = byte_bpe(no_words, [], ROBERTA_SPECIALS, lower_case=config.lower_case)
    trainer = trainers.BpeTrainer(
        vocab_size=config.vocab_size,
        min_frequency=config.min_frequency,
        special_tokens=list(ROBERTA_LAYOUT),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    backend.train_from_iterator(read_texts(), trainer)
    vocabulary, merges = backend.get_vocab(), merges_of(backend)
    return byte_bpe(vocabulary, merges, ROBERTA_SPECIALS, lower_case=config.lower_case)

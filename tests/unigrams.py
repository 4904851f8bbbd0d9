"""Unigram tokenizers as SentencePiece's users have them, made with the stock trainer."""

import json

from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from spanbert.tokenizer.specials import ROBERTA_LAYOUT, ROBERTA_SPECIALS
from spanbert.tokenizer.subword import SubwordTokenizer

_NEVER = -1000.0  # score of special tokens: their name in a text is spelled in other pieces


def unigram(scores):
    """NFKC, and pre-tokens are runs between spaces; `scores` are entries with log probabilities."""
    unk_id = [piece for piece, _ in scores].index(ROBERTA_SPECIALS.unk)
    backend = Tokenizer(models.Unigram(list(scores), unk_id=unk_id, byte_fallback=False))
    spaces = [normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    backend.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), *spaces])
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    backend.add_special_tokens(list(ROBERTA_SPECIALS))
    cls, sep = ROBERTA_SPECIALS.cls, ROBERTA_SPECIALS.sep
    backend.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}",
        pair=f"{cls} $A {sep} $B:1 {sep}:1",
        special_tokens=[(token, backend.token_to_id(token)) for token in (cls, sep)],
    )
    return backend


def trained_unigram(texts, vocab_size):
    """A vocabulary of these texts."""
    specials = [(token, _NEVER) for token in ROBERTA_LAYOUT]
    backend = unigram(specials)
    trainer = trainers.UnigramTrainer(
        vocab_size=vocab_size,
        special_tokens=list(ROBERTA_LAYOUT),
        unk_token=ROBERTA_SPECIALS.unk,
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)
    entries = json.loads(backend.to_str())["model"]["vocab"]
    learned = [(piece, round(score, 6)) for piece, score in entries if piece not in ROBERTA_LAYOUT]
    return SubwordTokenizer(unigram([*specials, *learned]))

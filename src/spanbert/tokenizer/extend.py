"""A WordPiece vocabulary + frequent words that it splits -> the same with those words as entries.

New entries stand behind the old ones, so old ids keep their meaning. They are whole words, never
"##" continuations: a continuation would change words that nobody chose. A WordPiece takes the
longest entry first, so a new word also begins longer words: with "kinase", "kinases" is cut into
"kinase" and "##s". `compare_cuts` counts these. All other words are cut as before.

Byte-level BPE is refused. A word would need an entry and a merge for each step that joins it; the
merges stand behind all old ones, take effect inside other words too, and may find an entry that old
merges already make in another way, so neither the cut of the word nor that of others is sure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spanbert.errors import ConfigError
from spanbert.tokenizer.extension import Extension
from spanbert.tokenizer.fit import SplitWord, VocabularyFit, batches, words_of
from spanbert.tokenizer.pipelines import CONTINUATION
from spanbert.tokenizer.subword import SubwordTokenizer

LEAST_PIECES = 3  # of a word that is worth an entry: two are mostly a stem and its ending


@dataclass(frozen=True, slots=True)
class CutsReport:
    """One text by two vocabularies: what an extension did."""

    words: int
    pieces_before: int
    pieces_after: int
    words_joined: int  # occurrences of the new entries
    other_words_changed: int  # occurrences of words that a new entry begins
    unknown_before: int  # words with an unknown piece
    unknown_after: int


def best_words(fit: VocabularyFit, most: int = 0) -> list[SplitWord]:
    """The frequent words in three or more pieces whose entries would save most pieces, best first.

    Args:
        most: how many; 0: all of them.
    """
    fragmented = [word for word in fit.split_words if len(word.ids) >= LEAST_PIECES]
    best = sorted(fragmented, key=lambda word: (-word.saved, word.ids))
    return best[:most] if most else best


def extend_tokenizer(
    tokenizer: SubwordTokenizer, words: Sequence[SplitWord]
) -> tuple[SubwordTokenizer, Extension]:
    """The vocabulary with an entry for each word, in their order; what is none yet is left out.

    Left out is what is no single pre-token, or is not cut into these pieces when it stands alone.

    Raises:
        ConfigError: the vocabulary is no WordPiece, or no word is left.
    """
    require_wordpiece(tokenizer)
    spelt = {_spelling(tokenizer, word.ids): word.ids for word in words}
    entries = {text: ids for text, ids in spelt.items() if _is_cut_so(tokenizer, text, ids)}
    if not entries:
        raise ConfigError(
            f"no frequent word is split into {LEAST_PIECES} or more pieces: nothing to add",
            remedy="keep the vocabulary, or pass more documents",
        )
    extension = Extension(tokenizer.digest, tokenizer.vocab_size, tuple(entries.values()))
    return tokenizer.with_entries(list(entries)), extension


def compare_cuts(
    before: SubwordTokenizer, after: SubwordTokenizer, texts: Iterable[str]
) -> CutsReport:
    """Cut the texts by both, `after` being an extension of `before`, and count what differs."""
    report = dict.fromkeys(CutsReport.__dataclass_fields__, 0)
    for batch in batches(texts):
        for old, new in zip(before.encode_batch(batch), after.encode_batch(batch), strict=True):
            cuts = list(zip(words_of(old), words_of(new), strict=True))
            joined = [len(b) == 1 and b[0] >= before.vocab_size for _, b in cuts]
            report["words"] += len(cuts)
            report["pieces_before"] += len(old.ids)
            report["pieces_after"] += len(new.ids)
            report["words_joined"] += sum(joined)
            report["other_words_changed"] += sum(a != b for a, b in cuts) - sum(joined)
            report["unknown_before"] += sum(before.unk_id in a for a, _ in cuts)
            report["unknown_after"] += sum(after.unk_id in b for _, b in cuts)
    return CutsReport(**report)


def require_wordpiece(tokenizer: SubwordTokenizer) -> None:
    """Refuse what cannot be extended.

    Raises:
        ConfigError: the vocabulary is no WordPiece.
    """
    if not tokenizer.is_wordpiece:
        raise ConfigError(
            "only a WordPiece vocabulary can be extended: in a byte-level BPE or Unigram new"
            " entries would change how other words are cut",
            remedy="keep the vocabulary, or train another with --set tokenizer.model=wordpiece",
        )


def _spelling(tokenizer: SubwordTokenizer, ids: Sequence[int]) -> str:
    first, *others = (tokenizer.token(i) for i in ids)
    return first + "".join(piece.removeprefix(CONTINUATION) for piece in others)


def _is_cut_so(tokenizer: SubwordTokenizer, text: str, ids: Sequence[int]) -> bool:
    return tuple(tokenizer.encode(text).ids.tolist()) == tuple(ids)

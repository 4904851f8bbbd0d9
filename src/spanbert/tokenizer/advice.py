"""How a vocabulary fits -> whether to keep it, extend it or train another.

| advice | where | because |
|---|---|---|
| retrain | over 1 % of words are unknown | new words do not bring the missing characters |
| retrain | over 2 pieces a word, even extended | half of each segment is spent on spelling |
| extend | the text gets at least 2 % shorter | less does not repay making all shards again |
| keep | it cannot be extended, not being a WordPiece | `extend.py` says why |
| keep | else | |

No threshold is agreed on; ours lie between what was measured. A vocabulary of 28,996 entries from
12 million characters of Wikipedia had, on other articles, 1.14 pieces a word, 12 % of the frequent
words split, and 1.2 % to be saved; on fiction 1.13, 33 % and 3.3 %. So pieces a word alone do not
tell a foreign domain, and what new entries would save does. AVocaDo (Hong et al., 2021) too adds
entries for as long as they lower the pieces a word.
"""

from dataclasses import dataclass
from typing import Literal

from spanbert.tokenizer.extend import best_words
from spanbert.tokenizer.fit import VocabularyFit

MAX_UNKNOWN_SHARE = 0.01
MAX_PIECES_PER_WORD = 2.0
LEAST_SAVED_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, and what extending would bring."""

    advice: Literal["keep", "extend", "retrain"]
    why: str
    new_pieces: int  # frequent words in three or more pieces, each of which would get an entry
    saved_pieces: int  # fewer in the same text, at least
    saved_share: float  # of all pieces


def advise(fit: VocabularyFit, *, is_wordpiece: bool) -> Advice:
    """What to do with a vocabulary that fits so; only a WordPiece can be extended."""
    words = best_words(fit) if is_wordpiece else []
    saved = sum(word.saved for word in words)
    share = saved / max(1, fit.pieces)
    per_word = (fit.pieces - saved) / max(1, fit.words)
    if fit.unknown_share > MAX_UNKNOWN_SHARE:
        told = "retrain", f"{fit.unknown_share:.2%} of the words are unknown"
    elif per_word > MAX_PIECES_PER_WORD:
        told = "retrain", f"{per_word:.2f} pieces a word" + ", even if extended" * is_wordpiece
    elif not is_wordpiece:
        told = "keep", f"{per_word:.2f} pieces a word are few, and only a WordPiece can be extended"
    elif share >= LEAST_SAVED_SHARE:
        told = "extend", f"{len(words)} more pieces make the text {share:.1%} shorter"
    else:
        told = "keep", f"{len(words)} more pieces would make the text only {share:.1%} shorter"
    return Advice(*told, len(words), saved, share)

"""Two answers -> how alike their words are, after the normalisation of the SQuAD scripts."""

import re
import string
from collections import Counter

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize_answer(text: str) -> str:
    """Lower case, without ASCII punctuation and articles, single spaces."""
    bare = text.lower().translate(_WITHOUT_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


class WordsOf(dict[str, list[str]]):
    """Words of a text after normalisation; each text is worked on once."""

    def __missing__(self, text: str) -> list[str]:
        words = self[text] = normalize_answer(text).split()
        return words


def exact_match(gold: list[str], predicted: list[str]) -> float:
    """1 where both have the same words in the same order, else 0."""
    return float(gold == predicted)


def word_f1(gold: list[str], predicted: list[str]) -> float:
    """F1 of the two bags of words; 0 where they share none, and so where both are empty."""
    if set(gold).isdisjoint(predicted):  # many times cheaper than counting, and common
        return 0.0
    num_shared = (Counter(gold) & Counter(predicted)).total()
    precision, recall = num_shared / len(predicted), num_shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def word_f1_or_none(gold: list[str], predicted: list[str]) -> float:
    """As `word_f1`, but 1 where both are empty: the rule of SQuAD 2.0."""
    return word_f1(gold, predicted) if gold and predicted else exact_match(gold, predicted)

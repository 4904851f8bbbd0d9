"""Texts -> a Unigram vocabulary (Kudo 2018, section 3.2), with RoBERTa's special tokens first.

Many substrings, then in turns: fit their probabilities, and drop those whose loss costs least. The
trainer of `tokenizers` adds numbers in the order of a hash map, so that its vocabularies differ
between processes; this one adds them in one order.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
from tokenizers import Tokenizer

from spanbert.shapes import Float, Int
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.pipelines import unigram
from spanbert.tokenizer.specials import ROBERTA_LAYOUT, ROBERTA_SPECIALS
from spanbert.tokenizer.training.alphabet import alphabet, alphabet_size
from spanbert.tokenizer.training.lattice import Lattice, lattices

_SPACE = "▁"  # how a space is written in entries
_NEVER = -1000.0  # score of special tokens: their name in a text is spelled in other pieces
_NUM_WORDS = 100_000  # the commonest; what is rarer changes no entry that lasts
_LONGEST_WORD = 48  # characters; longer ones are learned from in parts
_LONGEST_PIECE = 16  # characters, as SentencePiece
_SEEDS_PER_PIECE = 10  # substrings to choose from
_FITS = 2  # between two rounds of dropping, as SentencePiece
_KEPT = 0.75  # of the pieces in each round, as SentencePiece
_RAREST = 0.01  # times that a piece counts at least, so that no character is impossible
_DECIMALS = 6  # of a score


def train_unigram(read_texts: Callable[[], Iterable[str]], config: TokenizerConfig) -> Tokenizer:
    """SentencePiece's rules over the pieces that make the texts likeliest."""
    specials = [(token, _NEVER) for token in ROBERTA_LAYOUT]
    rules = unigram(specials, ROBERTA_SPECIALS, lower_case=config.lower_case)
    characters = alphabet(rules, read_texts(), alphabet_size(config.vocab_size))
    words = _words(rules, read_texts(), [*characters, _SPACE])
    scores = _scores(words, config.vocab_size - len(specials), config.min_frequency)
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return unigram([*specials, *ranked], ROBERTA_SPECIALS, lower_case=config.lower_case)


def _words(rules: Tokenizer, texts: Iterable[str], characters: list[str]) -> dict[str, int]:
    """The commonest pre-tokens, cut where a character is not of the alphabet, with their counts."""
    pre_tokens: Counter[str] = Counter()
    for text in texts:
        normal = rules.normalizer.normalize_str(text)
        pre_tokens.update(t for t, _ in rules.pre_tokenizer.pre_tokenize_str(normal))
    run = re.compile(f"[{re.escape(''.join(characters))}]{{1,{_LONGEST_WORD}}}")
    words: Counter[str] = Counter()
    for pre_token, count in pre_tokens.items():
        for word in run.findall(pre_token):
            words[word] += count
    return dict(_commonest(words, _NUM_WORDS))


def _commonest(counts: Mapping[str, int], limit: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]


def _scores(words: Mapping[str, int], num_pieces: int, min_frequency: int) -> dict[str, float]:
    """At most `num_pieces` pieces, every character among them, with log probabilities."""
    counts = np.array(list(words.values()), dtype=np.float64)
    weights = _seeds(words, num_pieces * _SEEDS_PER_PIECE, min_frequency)
    pieces = list(weights)
    numbers = {piece: i for i, piece in enumerate(pieces)}
    by_word = lattices(list(words), numbers, _LONGEST_PIECE)
    by_piece = [_without_whole(each) for each in lattices(pieces, numbers, _LONGEST_PIECE)]
    scores = _log_probabilities(np.array([*weights.values(), 0], dtype=np.float64))
    while True:
        expected, scores = _fitted(by_word, scores, counts)
        if len(pieces) <= num_pieces:
            return dict(zip(pieces, scores[:-1].round(_DECIMALS).tolist(), strict=True))
        kept = _kept(pieces, _losses(by_piece, scores, expected), num_pieces)
        pieces = [pieces[i] for i in kept]
        scores = np.append(scores[kept], -np.inf)
        by_word, by_piece = _renumbered(by_word, by_piece, kept)


def _seeds(words: Mapping[str, int], limit: int, min_frequency: int) -> dict[str, int]:
    """Every character, and substrings by the characters that they cover in all words."""
    counts: Counter[str] = Counter()
    for word, count in words.items():
        for start in range(len(word)):
            for end in range(start + 1, min(start + _LONGEST_PIECE, len(word)) + 1):
                counts[word[start:end]] += count
    single = {s: n for s, n in sorted(counts.items()) if len(s) == 1}
    longer = {s: n * len(s) for s, n in counts.items() if len(s) > 1 and n >= min_frequency}
    return single | dict(_commonest(longer, limit))


def _fitted(
    by_word: list[Lattice], scores: Float[np.ndarray, " pieces"], counts: Float[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, " pieces"], Float[np.ndarray, " pieces"]]:
    """How often each piece is used, and its log probability, after expectation maximisation."""
    expected = np.zeros(len(scores))
    for _ in range(_FITS):
        expected = np.zeros(len(scores))
        for lattice in by_word:
            expected += lattice.expected_counts(scores, counts[lattice.rows])
        scores = _log_probabilities(expected)
    return expected, scores


def _log_probabilities(counts: Float[np.ndarray, " pieces"]) -> Float[np.ndarray, " pieces"]:
    """With minus infinity for the last, which is no piece."""
    likely = np.maximum(counts[:-1], _RAREST)
    return np.append(np.log(likely / likely.sum()), -np.inf)


def _losses(
    by_piece: list[Lattice],
    scores: Float[np.ndarray, " pieces"],
    expected: Float[np.ndarray, " pieces"],
) -> Float[np.ndarray, " n"]:
    """What the texts' likelihood loses when each piece is spelled in others; infinity if none."""
    others = np.full(len(scores) - 1, -np.inf)
    for lattice in by_piece:
        others[lattice.rows] = lattice.best_scores(scores)
    return expected[:-1] * (scores[:-1] - others)


def _kept(
    pieces: list[str], losses: Float[np.ndarray, " n"], num_pieces: int
) -> Int[np.ndarray, " kept"]:
    """Numbers, in order, of the pieces that are worth most."""
    size = max(num_pieces, int(len(pieces) * _KEPT))
    losses = np.where([len(piece) == 1 for piece in pieces], np.inf, losses)
    return np.sort(np.argsort(-losses, kind="stable")[:size])


def _without_whole(lattice: Lattice) -> Lattice:
    """Without the piece that is the whole string."""
    lattice.pieces[:, 0, -1] = -1
    return lattice


def _renumbered(
    by_word: list[Lattice], by_piece: list[Lattice], kept: Int[np.ndarray, " kept"]
) -> tuple[list[Lattice], list[Lattice]]:
    """The lattices when only these pieces are left."""
    num_before = 1 + max(int(lattice.rows.max()) for lattice in by_piece)
    numbers = np.full(num_before + 1, -1, dtype=np.int32)  # the last is that of no piece
    numbers[kept] = np.arange(len(kept))
    words = [replace(each, pieces=numbers[each.pieces]) for each in by_word]
    left = [(each, numbers[each.rows] >= 0) for each in by_piece]
    return words, [
        Lattice(numbers[each.rows[is_kept]], numbers[each.pieces[is_kept]])
        for each, is_kept in left
        if is_kept.any()
    ]

"""Text <-> token ids: a subword vocabulary, trained on the corpus or taken from a folder.

`words.py` says which tokens begin a word. Special tokens written in a text ("[MASK]") are text, not
special tokens, so no document can forge one.
"""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from spanbert.errors import CheckpointError, DataError
from spanbert.shapes import Bool, Int
from spanbert.tokenizer.words import word_starts

PAD, UNK, CLS, SEP, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
SPECIAL_TOKENS = (PAD, UNK, CLS, SEP, MASK)
_CONTINUATION = "##"
_ALPHABET_LIMIT = 1_000  # characters that get entries of their own; words with rarer ones: [UNK]


@dataclass(frozen=True, slots=True)
class Encoding:
    """The pieces of one text, without special tokens."""

    ids: Int[np.ndarray, " seq"]
    starts: Int[np.ndarray, " seq"]  # character offset in the text
    ends: Int[np.ndarray, " seq"]  # one past the piece's last character
    word_starts: Bool[np.ndarray, " seq"]


class SubwordTokenizer:
    """A vocabulary and the rules that cut text into its pieces.

    Args:
        backend: a `tokenizers` model that knows the five special tokens.

    Raises:
        CheckpointError: a special token is missing.
    """

    def __init__(self, backend: Tokenizer) -> None:
        backend.encode_special_tokens = True  # "[SEP]" in a text is four ordinary pieces
        backend.no_padding()
        backend.no_truncation()
        self._backend = backend
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = (
            _special_id(backend, token) for token in SPECIAL_TOKENS
        )

    @property
    def vocab_size(self) -> int:
        """Number of entries, special tokens included."""
        return self._backend.get_vocab_size()

    @property
    def digest(self) -> str:
        """sha256 over the entries in order of their ids and the casing."""
        entries = [self.token(i) for i in range(self.vocab_size)]
        content = json.dumps([self._lower_cases, entries])
        return hashlib.sha256(content.encode()).hexdigest()

    def encode(self, text: str) -> Encoding:
        """The pieces of one text."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[Encoding]:
        """The pieces of each text, with character offsets into it."""
        encodings = self._backend.encode_batch(list(texts), add_special_tokens=False)
        return [_encoding(e.ids, e.offsets, e.word_ids) for e in encodings]

    def token(self, token_id: int) -> str:
        """The vocabulary entry with this id."""
        return self._backend.id_to_token(token_id) or UNK

    def decode(self, token_ids: Sequence[int]) -> str:
        """Text whose pieces these are, up to spaces and what became [UNK]."""
        return self._backend.decode([int(i) for i in token_ids], skip_special_tokens=False)

    @property
    def _lower_cases(self) -> bool:
        return bool(getattr(self._backend.normalizer, "lowercase", False))

    def save(self, folder: Path) -> None:
        """Write vocab.txt, tokenizer.json and tokenizer_config.json into an existing folder."""
        entries = [self.token(i) for i in range(self.vocab_size)]
        (folder / "vocab.txt").write_text("\n".join(entries) + "\n", encoding="utf-8")
        self._backend.save(str(folder / "tokenizer.json"))
        names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
        settings = dict(zip(names, SPECIAL_TOKENS, strict=True)) | {
            "tokenizer_class": "BertTokenizer",
            "do_lower_case": self._lower_cases,
            "strip_accents": None,
            "tokenize_chinese_chars": True,
            "model_max_length": 512,
        }
        text = json.dumps(settings, indent=1, sort_keys=True)
        (folder / "tokenizer_config.json").write_text(text + "\n")


def load_tokenizer(folder: Path) -> SubwordTokenizer:
    """The tokenizer in a folder with tokenizer.json, or with vocab.txt alone (then cased).

    Raises:
        CheckpointError: neither is there, or it cannot be read.
    """
    try:
        if (folder / "tokenizer.json").is_file():
            return SubwordTokenizer(Tokenizer.from_file(str(folder / "tokenizer.json")))
        return _from_vocabulary(folder)
    except CheckpointError as error:
        raise CheckpointError(error.cause, place=str(folder), remedy=error.remedy) from error
    except Exception as error:  # `tokenizers` raises plain Exception on a malformed file
        raise CheckpointError(
            f"not a readable tokenizer ({error})",
            place=str(folder),
            remedy="pass a folder with tokenizer.json or vocab.txt",
        ) from error


def train_tokenizer_on(
    read_texts: Callable[[], Iterable[str]],
    *,
    vocab_size: int,
    min_frequency: int,
    lower_case: bool,
) -> SubwordTokenizer:
    """A vocabulary made from texts: equal texts in equal order give an equal vocabulary.

    Args:
        read_texts: starts a new pass over the texts; there are two passes.

    Raises:
        DataError: the texts hold no word.
    """
    backend = _backend({token: i for i, token in enumerate(SPECIAL_TOKENS)}, lower_case)
    # The trainer numbers continuation characters, and cuts its alphabet, in the order of a hash
    # map, and breaks ties by number. Naming both makes the vocabulary the same in every process.
    alphabet = _alphabet(backend, read_texts(), _alphabet_size(vocab_size))
    if not alphabet:
        raise DataError("no word to learn a vocabulary from", remedy="add text to corpus.sources")
    continuations = [_CONTINUATION + c for c in alphabet if not _stands_alone(c)]
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        special_tokens=[*SPECIAL_TOKENS, *continuations],
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        continuing_subword_prefix=_CONTINUATION,
        show_progress=False,
    )
    backend.train_from_iterator(read_texts(), trainer)
    return SubwordTokenizer(_finished(_backend(backend.get_vocab(), lower_case)))


def _alphabet_size(vocab_size: int) -> int:
    """A small vocabulary has room for fewer characters, or they would take the place of words."""
    return min(_ALPHABET_LIMIT, 100 + vocab_size // 20)


def _alphabet(backend: Tokenizer, texts: Iterable[str], limit: int) -> list[str]:
    """The commonest characters, at most `limit`, sorted."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(backend.normalizer.normalize_str(text))
    visible = [c for c in counts if not c.isspace()]
    return sorted(sorted(visible, key=lambda c: (-counts[c], c))[:limit])


def _stands_alone(character: str) -> bool:
    """Whether BERT's rules make a word boundary on both sides of it: spaces and punctuation."""
    is_ascii_symbol = character.isascii() and not character.isalnum()
    return is_ascii_symbol or unicodedata.category(character)[0] in "PZ"


def _from_vocabulary(folder: Path) -> SubwordTokenizer:
    lines = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    settings_path = folder / "tokenizer_config.json"
    settings = json.loads(settings_path.read_text()) if settings_path.is_file() else {}
    vocabulary = {token: i for i, token in enumerate(lines)}
    return SubwordTokenizer(
        _finished(_backend(vocabulary, bool(settings.get("do_lower_case", False))))
    )


def _backend(vocabulary: dict[str, int], lower_case: bool) -> Tokenizer:
    model = models.WordPiece(vocabulary, unk_token=UNK, continuing_subword_prefix=_CONTINUATION)
    backend = Tokenizer(model)
    backend.normalizer = normalizers.BertNormalizer(lowercase=lower_case)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece(prefix=_CONTINUATION)
    return backend


def _finished(backend: Tokenizer) -> Tokenizer:
    """With the template that other libraries add when they read tokenizer.json."""
    ids = {token: _special_id(backend, token) for token in SPECIAL_TOKENS}
    backend.add_special_tokens(list(SPECIAL_TOKENS))
    backend.post_processor = processors.BertProcessing((SEP, ids[SEP]), (CLS, ids[CLS]))
    return backend


def _special_id(backend: Tokenizer, token: str) -> int:
    number = backend.token_to_id(token)
    if number is None:
        raise CheckpointError(
            f"the vocabulary lacks {token}", remedy="pass a vocabulary of a BERT-like model"
        )
    return number


def _encoding(
    ids: list[int], offsets: list[tuple[int, int]], word_ids: list[int | None]
) -> Encoding:
    spans = np.array(offsets, dtype=np.int64).reshape(-1, 2)
    return Encoding(np.array(ids, dtype=np.int64), spans[:, 0], spans[:, 1], word_starts(word_ids))

"""Text <-> token ids: any subword vocabulary, with its special tokens by role.

`words.py` says which tokens begin a word, `folder.py` how a tokenizer lies on disk. Special tokens
written in a text ("[MASK]") are text, not special tokens, so no document can forge one.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tokenizers
from tokenizers import AddedToken, Tokenizer, models

from spanbert.errors import CheckpointError
from spanbert.shapes import Bool, Int
from spanbert.tokenizer.folder import (
    entries,
    lower_cases,
    merges_of,
    read_backend,
    with_entries,
    write_backend,
)
from spanbert.tokenizer.spaces import cuts_at_spaces, joins_spaces
from spanbert.tokenizer.specials import BERT_SPECIALS, SpecialTokens, find_specials
from spanbert.tokenizer.words import (
    after_whitespace,
    keeps_spaces,
    splits_words,
    whitespace_in,
    word_starts,
    word_starts_by_whitespace,
)

MASK = BERT_SPECIALS.mask


@dataclass(frozen=True, slots=True)
class Encoding:
    """The pieces of one text, without special tokens."""

    ids: Int[np.ndarray, " seq"]
    starts: Int[np.ndarray, " seq"]  # character offset in the text, after the space before a word
    ends: Int[np.ndarray, " seq"]  # one past the piece's last character
    word_starts: Bool[np.ndarray, " seq"]


class SubwordTokenizer:
    """A vocabulary and the rules that cut text into its pieces.

    Args:
        backend: any model of `tokenizers`; it is told to take special tokens in texts for text.
        specials: its special tokens; absent: those of BERT or RoBERTa that it knows.

    Raises:
        CheckpointError: a special token is missing.
    """

    def __init__(self, backend: Tokenizer, specials: SpecialTokens | None = None) -> None:
        self.specials = specials or find_specials(backend.get_vocab(), {})
        self._backend = _forgery_proof(backend, self.specials)
        self._entries = entries(backend)
        self._splits_words, self._keeps_spaces = splits_words(backend), keeps_spaces(backend)
        self.cuts_at_spaces = cuts_at_spaces(backend)  # what is between two has its own pieces
        self.joins_spaces = joins_spaces(backend)  # with the space before it, if there is one
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = (
            self._entries.index(token) for token in self.specials
        )
        # a Unigram can spell a special token's name in one piece: that piece is unknown
        self._id_in_text = np.arange(len(self._entries))
        self._id_in_text[[self.pad_id, self.cls_id, self.sep_id, self.mask_id]] = self.unk_id

    @property
    def vocab_size(self) -> int:
        """Number of ids, special tokens included."""
        return len(self._entries)

    @property
    def mask_token(self) -> str:
        """How the mask is written, for example "[MASK]"."""
        return self.specials.mask

    @property
    def is_wordpiece(self) -> bool:
        """Whether a word is cut into the longest entries, from its beginning."""
        return isinstance(self._backend.model, models.WordPiece)

    @property
    def digest(self) -> str:
        """sha256 over the entries in order of their ids, the casing, and what else cuts words."""
        content = [lower_cases(self._backend), self._entries, *_model_details(self._backend)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def encode(self, text: str) -> Encoding:
        """The pieces of one text."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[Encoding]:
        """The pieces of each text, with character offsets into it."""
        encodings = self._backend.encode_batch(list(texts), add_special_tokens=False)
        return [self._encoding(*pair) for pair in zip(texts, encodings, strict=True)]

    def token(self, token_id: int) -> str:
        """The vocabulary entry with this id."""
        return self._backend.id_to_token(token_id) or self.specials.unk

    def decode(self, token_ids: Sequence[int]) -> str:
        """Text whose pieces these are, up to spaces and what is unknown."""
        return self._backend.decode([int(i) for i in token_ids], skip_special_tokens=False)

    def with_entries(self, new: Sequence[str]) -> "SubwordTokenizer":
        """A WordPiece with these entries behind its own; the rules and the old ids stay.

        Raises:
            CheckpointError: an old id would get another entry.
        """
        extended = SubwordTokenizer(with_entries(self._backend, new), self.specials)
        if extended._entries != [*self._entries, *new]:
            raise CheckpointError(
                "entries cannot be put behind the vocabulary's own",
                remedy="keep the vocabulary, or train another",
            )
        return extended

    def save(self, folder: Path) -> None:
        """Write tokenizer.json and the files beside it into an existing folder."""
        write_backend(self._backend, self.specials, folder)

    def _encoding(self, text: str, pieces: tokenizers.Encoding) -> Encoding:
        ids = self._id_in_text[np.array(pieces.ids, dtype=np.int64)]
        starts, ends = np.array(pieces.offsets, dtype=np.int64).reshape(-1, 2).T
        if self._splits_words:
            begins = word_starts(pieces.word_ids, starts, ends)
        else:
            begins = word_starts_by_whitespace(whitespace_in(text), starts, ends)
        if self._keeps_spaces:
            starts = after_whitespace(whitespace_in(text), starts, ends)
        return Encoding(ids, starts, ends, begins)


def load_tokenizer(folder: Path) -> SubwordTokenizer:
    """The tokenizer in a folder, in any layout that `folder.py` names.

    Raises:
        CheckpointError: none is there, it cannot be read, or a special token is missing.
    """
    try:
        return SubwordTokenizer(*read_backend(folder))
    except CheckpointError as error:
        raise CheckpointError(error.cause, place=str(folder), remedy=error.remedy) from error
    except Exception as error:  # `tokenizers` raises plain Exception on a malformed file
        raise CheckpointError(
            f"not a readable tokenizer ({error})",
            place=str(folder),
            remedy="pass a folder with tokenizer.json, vocab.txt, or vocab.json and merges.txt",
        ) from error


def _forgery_proof(backend: Tokenizer, specials: SpecialTokens) -> Tokenizer:
    """With special tokens that are marked as such, and then not looked for in texts."""
    added = backend.get_added_tokens_decoder().values()
    marked = {token.content for token in added if token.special}
    backend.add_special_tokens(
        [
            AddedToken(token, special=True, normalized=False)
            for token in specials
            if token not in marked
        ]
    )
    backend.encode_special_tokens = True  # "[SEP]" in a text is four ordinary pieces
    backend.no_padding()
    backend.no_truncation()
    return backend


def _model_details(backend: Tokenizer) -> list[object]:
    """What beside the entries decides the pieces: merges or scores; nothing for WordPiece."""
    match backend.model:
        case models.WordPiece():
            return []
        case models.BPE():
            return ["BPE", merges_of(backend)]
        case models.Unigram():
            return ["Unigram", json.loads(backend.to_str())["model"]["vocab"]]
        case model:
            return [type(model).__name__]

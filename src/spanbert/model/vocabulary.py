"""Whether a vocabulary is the one that a model was trained with."""

from itertools import zip_longest
from pathlib import Path

from spanbert.errors import CheckpointError
from spanbert.tokenizer.extension import Extension
from spanbert.tokenizer.folder import VOCABULARY_FILES
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer


def has_vocabulary(folder: Path) -> bool:
    """Whether a model's folder holds a vocabulary of its own."""
    return any((folder / name).is_file() for name in VOCABULARY_FILES)


def require_same_size(model: Path, vocab_size: int, tokenizer: SubwordTokenizer) -> None:
    """Refuse a vocabulary with more or fewer entries than the model has.

    Raises:
        CheckpointError: tells both sizes.
    """
    if tokenizer.vocab_size != vocab_size:
        raise CheckpointError(
            f"the model has {vocab_size} entries, the tokenizer {tokenizer.vocab_size}",
            place=str(model),
            remedy="pass the tokenizer that the model was trained with",
        )


def require_same_entries(model: Path, tokenizer: SubwordTokenizer) -> None:
    """Refuse a vocabulary that cuts text other than the one in the model's own folder.

    A folder without a vocabulary cannot tell.

    Raises:
        CheckpointError: tells the first id that differs, or that casing, merges or scores do.
    """
    if not has_vocabulary(model):
        return
    own = load_tokenizer(model)
    theirs, ours = _entries(own), _entries(tokenizer)
    for i, (their, our) in enumerate(zip_longest(theirs, ours)):
        if their != our:
            raise CheckpointError(
                f"vocabularies of {len(theirs)} and {len(ours)} entries differ, first at id {i}:"
                f" {their!r} in the model's, {our!r} in the tokenizer's",
                place=str(model),
                remedy=f"use the tokenizer in {model}",
            )
    if own.digest != tokenizer.digest:
        raise CheckpointError(
            "the entries are the model's, but the rules that cut text are not (casing, merges or"
            " scores differ)",
            place=str(model),
            remedy=f"use the tokenizer in {model}",
        )


def require_extends(
    model: Path, vocab_size: int, tokenizer: SubwordTokenizer, extension: Extension
) -> None:
    """Refuse an extended vocabulary whose old entries are not the model's.

    A folder without a vocabulary can tell the size alone.

    Raises:
        CheckpointError: tells what differs.
    """
    own = load_tokenizer(model) if has_vocabulary(model) else None
    same_digest = own is None or own.digest == extension.base_digest
    same_entries = own is None or _entries(tokenizer)[:vocab_size] == _entries(own)
    is_whole = tokenizer.vocab_size == extension.size
    if vocab_size != extension.base_size or not (same_digest and same_entries and is_whole):
        raise CheckpointError(
            f"the tokenizer extends another vocabulary, of {extension.base_size} entries; the"
            f" model's has {vocab_size}",
            place=str(model),
            remedy="extend the model's own: spanbert vocabulary extend --tokenizer"
            f" {model if own else 'FOLDER'}",
        )


def _entries(tokenizer: SubwordTokenizer) -> list[str]:
    return [tokenizer.token(i) for i in range(tokenizer.vocab_size)]

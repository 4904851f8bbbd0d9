"""A tokenizer's folder <-> its rules and special tokens, in the layouts that other libraries use.

Read: tokenizer.json; else vocab.txt (BERT, cased unless tokenizer_config.json says otherwise); else
vocab.json with merges.txt (RoBERTa). Written: tokenizer.json and tokenizer_config.json, and beside
them the plain vocabulary of a WordPiece or a byte-level BPE.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, models

from spanbert.errors import CheckpointError
from spanbert.tokenizer.pipelines import byte_bpe, wordpiece
from spanbert.tokenizer.specials import (
    ROBERTA_SPECIALS,
    SpecialTokens,
    find_specials,
    specials_as_settings,
)

VOCABULARY_FILES = ("tokenizer.json", "vocab.txt", "vocab.json")  # one of them is a tokenizer
TOKENIZER_FILES = (
    *VOCABULARY_FILES,
    "merges.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
)
_MAX_LENGTH = 512  # what BERT's positions hold


def read_backend(folder: Path) -> tuple[Tokenizer, SpecialTokens]:
    """The rules and special tokens in a folder.

    Raises:
        CheckpointError: no layout that is known, or a special token is missing.
        Exception: `tokenizers` refuses a malformed file.
    """
    settings = _settings(folder)
    for name, read in _LAYOUTS.items():
        if (folder / name).is_file():
            return read(folder, settings)
    if any(folder.glob("*.model")):
        raise CheckpointError(
            "a SentencePiece model without tokenizer.json",
            remedy="convert it with transformers: AutoTokenizer.from_pretrained(FOLDER)"
            ".save_pretrained(FOLDER)",
        )
    raise CheckpointError(
        "no tokenizer in the folder", remedy=f"pass one with {' or '.join(VOCABULARY_FILES)}"
    )


def write_backend(backend: Tokenizer, specials: SpecialTokens, folder: Path) -> None:
    """Write the files from which `read_backend` and `transformers` make the same tokenizer."""
    backend.save(str(folder / "tokenizer.json"))
    settings = specials_as_settings(specials) | {"model_max_length": _MAX_LENGTH}
    if isinstance(backend.model, models.WordPiece):
        lines = "\n".join(entries(backend))
        (folder / "vocab.txt").write_text(lines + "\n", encoding="utf-8")
        settings |= _bert_settings(backend, specials)
    elif isinstance(backend.model, models.BPE):
        _write_bpe(backend, folder)
        settings |= _roberta_settings(backend, specials)
    else:
        settings["tokenizer_class"] = _ANY_CLASS
    text = json.dumps(settings, indent=1, sort_keys=True)
    (folder / "tokenizer_config.json").write_text(text + "\n")


def entries(backend: Tokenizer) -> list[str]:
    """The vocabulary in order of its ids; an id without an entry has an empty one."""
    ids = backend.get_vocab()
    listed = [""] * (max(ids.values()) + 1)
    for token, i in ids.items():
        listed[i] = token
    return listed


def with_entries(backend: Tokenizer, new: Sequence[str]) -> Tokenizer:
    """The same rules over a WordPiece vocabulary with more entries behind its own."""
    content = json.loads(backend.to_str())  # the library's models cannot be added to
    first, vocabulary = len(entries(backend)), content["model"]["vocab"]
    added = backend.get_added_tokens_decoder()
    vocabulary |= {token.content: i for i, token in added.items() if token.special}
    vocabulary |= {entry: first + i for i, entry in enumerate(new)}
    return Tokenizer.from_str(json.dumps(content))


def lower_cases(backend: Tokenizer) -> bool:
    """Whether the rules take "A" for "a"."""
    return backend.normalizer is not None and "A" not in backend.normalizer.normalize_str("A")


def merges_of(backend: Tokenizer) -> list[tuple[str, str]]:
    """The pairs that a BPE joins, first to last."""
    merges = json.loads(backend.to_str())["model"]["merges"]  # the library has no other way
    return [(left, right) for left, right in merges]


def _settings(folder: Path) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for name in ("special_tokens_map.json", "tokenizer_config.json"):  # the later one wins
        if (folder / name).is_file():
            settings |= json.loads((folder / name).read_text(encoding="utf-8"))
    return settings


def _read_whole(folder: Path, settings: dict[str, Any]) -> tuple[Tokenizer, SpecialTokens]:
    backend = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return backend, find_specials(backend.get_vocab(), settings)


def _read_wordpiece(folder: Path, settings: dict[str, Any]) -> tuple[Tokenizer, SpecialTokens]:
    text = (folder / "vocab.txt").read_text(encoding="utf-8")
    # not splitlines: an entry may be a sign that it takes for the end of a line
    vocabulary = {token: i for i, token in enumerate(text.removesuffix("\n").split("\n"))}
    specials = find_specials(vocabulary, settings)
    lower_case = bool(settings.get("do_lower_case", False))
    return wordpiece(vocabulary, specials, lower_case=lower_case), specials


def _read_byte_bpe(folder: Path, settings: dict[str, Any]) -> tuple[Tokenizer, SpecialTokens]:
    files = folder / "vocab.json", folder / "merges.txt"
    if not files[1].is_file():
        raise CheckpointError("vocab.json without merges.txt", remedy="add the file of merges")
    vocabulary, merges = models.BPE.read_file(*map(str, files))
    specials = find_specials(vocabulary, settings)
    add_prefix_space = bool(settings.get("add_prefix_space", False))
    backend = byte_bpe(vocabulary, merges, specials, add_prefix_space=add_prefix_space)
    return backend, specials


_LAYOUTS: dict[str, Callable[[Path, dict[str, Any]], tuple[Tokenizer, SpecialTokens]]] = {
    "tokenizer.json": _read_whole,
    "vocab.txt": _read_wordpiece,
    "vocab.json": _read_byte_bpe,
}

_ANY_CLASS = "PreTrainedTokenizerFast"  # of `transformers`: takes tokenizer.json as it is


def _bert_settings(backend: Tokenizer, specials: SpecialTokens) -> dict[str, Any]:
    lower_case = lower_cases(backend)
    stock = wordpiece(dict.fromkeys(specials, 0), specials, lower_case=lower_case)
    return {
        "tokenizer_class": "BertTokenizer" if _same_rules(backend, stock) else _ANY_CLASS,
        "do_lower_case": lower_case,
        "strip_accents": None,
        "tokenize_chinese_chars": True,
    }


def _roberta_settings(backend: Tokenizer, specials: SpecialTokens) -> dict[str, Any]:
    stock = byte_bpe(dict.fromkeys(specials, 0), [], specials)
    is_stock = specials == ROBERTA_SPECIALS and _same_rules(backend, stock)
    return {
        "tokenizer_class": "RobertaTokenizer" if is_stock else _ANY_CLASS,
        "add_prefix_space": False,
    }


def _same_rules(backend: Tokenizer, other: Tokenizer) -> bool:
    """Whether two tokenizers differ in nothing before their vocabularies."""
    return all(
        _state(getattr(backend, part)) == _state(getattr(other, part))
        for part in ("normalizer", "pre_tokenizer")
    )


def _state(rule: Any) -> bytes | None:
    return None if rule is None else rule.__getstate__()


def _write_bpe(backend: Tokenizer, folder: Path) -> None:
    ids = {token: i for i, token in enumerate(entries(backend))}
    (folder / "vocab.json").write_text(json.dumps(ids, ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges_of(backend))]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

"""Which entries of a vocabulary are its special tokens: a name for each of five roles."""

from collections.abc import Container, Mapping
from typing import Any, NamedTuple

from spanbert.errors import CheckpointError


class SpecialTokens(NamedTuple):
    """The entry that plays each role."""

    pad: str
    unk: str  # stands for what the vocabulary cannot spell
    cls: str  # begins every sequence
    sep: str  # ends every part of it
    mask: str


BERT_SPECIALS = SpecialTokens(pad="[PAD]", unk="[UNK]", cls="[CLS]", sep="[SEP]", mask="[MASK]")
ROBERTA_SPECIALS = SpecialTokens(pad="<pad>", unk="<unk>", cls="<s>", sep="</s>", mask="<mask>")
ROBERTA_LAYOUT = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")  # in order of their ids when trained


def find_specials(vocabulary: Container[str], settings: Mapping[str, Any]) -> SpecialTokens:
    """The special tokens that the settings name, else those of the families above.

    Args:
        settings: of tokenizer_config.json: `mask_token` and so on, as "<mask>" or as
            {"content": "<mask>"}; a role that is absent or null is looked up in the families.

    Raises:
        CheckpointError: a role has no entry.
    """
    return SpecialTokens(*(_find(role, vocabulary, settings) for role in SpecialTokens._fields))


def specials_as_settings(specials: SpecialTokens) -> dict[str, str]:
    """The names as tokenizer_config.json has them: `find_specials` reads them back."""
    return {f"{role}_token": token for role, token in specials._asdict().items()}


def _find(role: str, vocabulary: Container[str], settings: Mapping[str, Any]) -> str:
    named = settings.get(f"{role}_token")
    named = named.get("content") if isinstance(named, dict) else named
    families = [getattr(family, role) for family in (BERT_SPECIALS, ROBERTA_SPECIALS)]
    candidates = [named] if named else families
    for token in candidates:
        if token in vocabulary:
            return token
    raise CheckpointError(
        f"the vocabulary lacks {' or '.join(candidates)}, the {role} token",
        remedy=f"name the entry as {role}_token in tokenizer_config.json, or pass the vocabulary"
        " of a model that was trained with masks",
    )

"""Which tokenizers cut text at its spaces first, so that what lies between two has its own pieces.

BERT's rules do, and GPT-2's pattern does, in which the space belongs to what follows it. Others may
look across a space, or strip it, or count it; they are not asked about.
"""

import json
from typing import Any

from tokenizers import Tokenizer, models


def cuts_at_spaces(backend: Tokenizer) -> bool:
    """Whether a run of characters between single spaces has the same pieces in any text."""
    if any(not token.special for token in backend.get_added_tokens_decoder().values()):
        return False  # an added token is looked for in the whole text
    match backend.model:
        case models.WordPiece():
            return _kind(backend.pre_tokenizer) == "BertPreTokenizer" and _kind(
                backend.normalizer
            ) in ("BertNormalizer", "")
        case models.BPE():
            return (
                backend.model.dropout is None
                and _rule(backend.pre_tokenizer).get("use_regex", False)
                and _kind(backend.pre_tokenizer) == "ByteLevel"
                and _kind(backend.normalizer) in ("Lowercase", "")
            )
        case _:
            return False


def _kind(rule: Any) -> str:
    return _rule(rule).get("type", "")


def _rule(rule: Any) -> dict[str, Any]:
    """A normalizer or pre-tokenizer as tokenizer.json has it; nothing for none."""
    return {} if rule is None else json.loads(rule.__getstate__())

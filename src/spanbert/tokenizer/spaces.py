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
    normalizer, pre_tokenizer = _rule(backend.normalizer), _rule(backend.pre_tokenizer)
    match backend.model:
        case models.WordPiece():
            return (
                normalizer.get("type") in (None, "BertNormalizer")
                and pre_tokenizer.get("type") == "BertPreTokenizer"
            )
        case models.BPE(dropout=None):
            return (
                normalizer.get("type") in (None, "Lowercase")
                and pre_tokenizer.get("type") == "ByteLevel"
                and pre_tokenizer["use_regex"]
                and not pre_tokenizer["add_prefix_space"]
            )
        case _:
            return False


def joins_spaces(backend: Tokenizer) -> bool:
    """Of a tokenizer that cuts at spaces: whether a chunk has other pieces without one before."""
    return isinstance(backend.model, models.BPE)


def _rule(rule: Any) -> dict[str, Any]:
    """A normalizer or pre-tokenizer as tokenizer.json has it; nothing for none."""
    return {} if rule is None else json.loads(rule.__getstate__())

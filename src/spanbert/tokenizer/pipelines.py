"""How each kind of vocabulary cuts text: normaliser, pre-tokens, pieces, and the way back.

The rules are those of the models that made each kind known, so that a vocabulary gives the same ids
in other libraries. `training/` finds the vocabularies; `folder.py` reads and writes them, and takes
others, such as Unigrams, with the rules in their tokenizer.json.
"""

from collections.abc import Mapping, Sequence

from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
)

from spanbert.tokenizer.specials import SpecialTokens

CONTINUATION = "##"  # before a WordPiece that does not begin its pre-token


def wordpiece(
    vocabulary: Mapping[str, int], specials: SpecialTokens, *, lower_case: bool
) -> Tokenizer:
    """As BERT: pre-tokens are runs between spaces, and each punctuation mark."""
    model = models.WordPiece(
        dict(vocabulary), unk_token=specials.unk, continuing_subword_prefix=CONTINUATION
    )
    backend = Tokenizer(model)
    backend.normalizer = normalizers.BertNormalizer(lowercase=lower_case)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece(prefix=CONTINUATION)
    backend.add_special_tokens(list(specials))
    backend.post_processor = processors.BertProcessing(*_frame(backend, specials))
    return backend


def byte_bpe(
    vocabulary: Mapping[str, int],
    merges: Sequence[tuple[str, str]],
    specials: SpecialTokens,
    *,
    lower_case: bool = False,
    add_prefix_space: bool = False,
) -> Tokenizer:
    """As RoBERTa: pre-tokens by GPT-2's pattern, a space belongs to what follows it; no [UNK]s."""
    backend = Tokenizer(models.BPE(dict(vocabulary), list(merges)))
    if lower_case:
        backend.normalizer = normalizers.Lowercase()
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
    backend.decoder = decoders.ByteLevel()
    # a mask stands for a piece with its space, so it takes the space before it
    mask = AddedToken(specials.mask, lstrip=True, special=True, normalized=False)
    backend.add_special_tokens([*specials[:-1], mask])
    backend.post_processor = processors.RobertaProcessing(
        *_frame(backend, specials), add_prefix_space=add_prefix_space
    )
    return backend


def _frame(backend: Tokenizer, specials: SpecialTokens) -> tuple[tuple[str, int], tuple[str, int]]:
    """What ends and what begins a sequence, with their ids."""
    ids = backend.get_vocab()
    return (specials.sep, ids[specials.sep]), (specials.cls, ids[specials.cls])

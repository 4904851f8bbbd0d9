"""The spellings of BERT's names in files of ten years -> the published names."""

from collections.abc import Mapping

from torch import Tensor

from spanbert.model.published import MLM_PREFIX

_BARE = ("embeddings.", "encoder.", "pooler.")  # a model saved without a head has no prefix
_SUFFIXES = {".gamma": ".weight", ".beta": ".bias"}  # of a layer norm, in TensorFlow's words
_DECODER_BIAS = f"{MLM_PREFIX}decoder.bias"  # the same tensor as `bias`; a file has one or both


def bert_names(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors in fp32 under their published names.

    Args:
        prefix: what this layout puts before the encoder's names, for example "roberta.".
    """
    named = {_bert_name(name, prefix): tensor.float() for name, tensor in tensors.items()}
    bias = named.pop(_DECODER_BIAS, None)
    if bias is not None:
        named.setdefault(f"{MLM_PREFIX}bias", bias)
    return named


def _bert_name(name: str, prefix: str) -> str:
    name = name.removeprefix(prefix)
    for theirs, ours in _SUFFIXES.items():
        if name.endswith(theirs):
            name = name.removesuffix(theirs) + ours
    return f"bert.{name}" if name.startswith(_BARE) else name

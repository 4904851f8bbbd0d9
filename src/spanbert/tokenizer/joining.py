"""Pieces -> the text that they add after another piece, by the vocabulary's own decoder."""

from collections.abc import Sequence

from spanbert.tokenizer.subword import SubwordTokenizer


def text_after(tokenizer: SubwordTokenizer, left_id: int, token_ids: Sequence[int]) -> str:
    """What these pieces read as behind `left_id`: " mill" begins a word, "ing" goes on with one."""
    before = tokenizer.decode([left_id])
    return tokenizer.decode([left_id, *token_ids]).removeprefix(before)

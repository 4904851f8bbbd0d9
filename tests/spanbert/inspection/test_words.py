"""Words of a masked segment hold its text, its masks and its boundaries: no more, no less."""

from masked_segments import masked_segments, segment_of

from spanbert.inspection.words import words_of
from spanbert.tokenizer.specials import BERT_SPECIALS
from spanbert.tokenizer.subword import load_tokenizer

SCHEMES = [("geometric-spans", "span"), ("whole-words", "token"), ("subword-tokens", "token")]


def spaced(words, name):
    return "".join(("" if w.is_glued else " ") + getattr(w, name) for w in words).strip()


def segments(artifacts):
    for scheme, replacement in SCHEMES:
        tokenizer, found = masked_segments(artifacts, scheme=scheme, replacement=replacement)
        yield from ((tokenizer, segment, words_of(segment, tokenizer)) for segment in found)


def test_the_originals_are_the_text(artifacts):
    for tokenizer, segment, words in segments(artifacts):
        text = tokenizer.decode(segment.ids.tolist())
        assert spaced(words, "original") == text


def test_each_masked_piece_is_in_a_word_of_its_kind(artifacts):
    for tokenizer, segment, words in segments(artifacts):
        for number, kind in enumerate(("mask", "random", "kept")):
            places = segment.masked[segment.replacements == number]
            pieces = [tokenizer.token(i).removeprefix("##") for i in segment.ids[places].tolist()]
            assert "".join(w.original for w in words if w.kind == kind) == "".join(pieces)
        num_masks = sum(w.seen.count("[MASK]") for w in words)
        assert num_masks == (segment.corrupted == tokenizer.mask_id).sum()
        assert all(w.seen == w.original for w in words if w.kind not in ("mask", "random"))


def test_boundaries_are_the_tokens_just_outside_spans_within_the_block(artifacts):
    for tokenizer, segment, words in segments(artifacts):
        (block,) = segment.blocks
        beside = set()
        for start, end in segment.spans.tolist():
            if start > block[0] and end < block[1]:
                beside |= {start - 1, end}
        pieces = [
            tokenizer.token(i).removeprefix("##") for i in segment.ids[sorted(beside)].tolist()
        ]
        assert "".join(w.original for w in words if w.is_boundary) == "".join(pieces)


def test_both_parts_of_a_pair_are_there(artifacts):
    tokenizer, _ = masked_segments(artifacts, number=1)
    pair = segment_of(tokenizer, "The old miller", "near Oslo", [[2, 3], [5, 6]], [0, 2])
    words = words_of(pair, tokenizer)
    assert spaced(words, "original") == "[CLS] The old miller [SEP] near Oslo [SEP]"
    assert [w.kind for w in words if w.is_masked] == ["mask", "kept"]


def test_a_control_character_of_the_vocabulary_is_escaped(artifacts, tmp_path):
    lines = [*BERT_SPECIALS, "The", "old", "\x1b[31m"]
    (tmp_path / "vocab.txt").write_text("\n".join(lines))
    tokenizer = load_tokenizer(tmp_path)
    segment = segment_of(tokenizer, "The old", "old", [[1, 2]], [1])
    segment.ids[2], segment.corrupted[1] = 7, 7
    words = words_of(segment, tokenizer)
    assert "\\x1b[31m" in spaced(words, "original")
    assert "\\x1b[31m" in spaced(words, "seen")
    assert "\x1b" not in spaced(words, "original") + spaced(words, "seen")

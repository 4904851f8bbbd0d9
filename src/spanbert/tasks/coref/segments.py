"""Documents -> pieces in independent segments, `[CLS] sentences [SEP]` (Joshi et al., 2019).

A segment is the longest run of whole sentences that fits, or of whole words where a sentence is too
long for one. Pieces, words and spans are counted without special tokens: `framed` alone knows them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from spanbert.shapes import Int
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.cuts import segment_bounds, shifted_segments
from spanbert.tasks.coref.document import GENRES, CorefDocument
from spanbert.tasks.coref.gold import GoldMentions
from spanbert.tasks.encoding import TextEncoder
from spanbert.tokenizer.subword import SubwordTokenizer

NUM_SPECIALS = 2  # of a segment
UNKNOWN_GENRE = 0
NUM_GENRES = 1 + len(GENRES)
# how OntoNotes writes a full stop and a question mark in some of its sources
_WITH_SLASH = {"/.": ".", "/?": "?"}


@dataclass(frozen=True, eq=False)
class SegmentedDocument:
    """A document as pieces, or a run of its segments, whose words are counted from 0 again."""

    example_id: str
    pieces: Int[np.ndarray, " pieces"]  # ids
    word_bounds: Int[np.ndarray, " bounds"]  # (words + 1) first piece of each word, then the end
    segments: Int[np.ndarray, "segments 2"]  # half-open, of pieces; neighbours touch
    shifted: Int[np.ndarray, "shifted 2"]  # likewise, of the overlap variant; else none
    sentences: Int[np.ndarray, " words"]  # number of each word's sentence
    speakers: Int[np.ndarray, " words"]  # number of each word's speaker; an unknown one has one too
    genre: int
    gold: GoldMentions
    specials: tuple[int, int]  # ids of [CLS] and [SEP]
    first_segment: int = 0  # of the whole document, which this run begins with
    first_word: int = 0

    @property
    def num_tokens(self) -> int:
        """Pieces and special tokens."""
        return len(self.pieces) + NUM_SPECIALS * len(self.segments)

    def part(self, first: int, end: int) -> "SegmentedDocument":
        """The segments [first, end) by themselves, with the mentions that lie in them."""
        start, stop = int(self.segments[first, 0]), int(self.segments[end - 1, 1])
        begin, over = np.searchsorted(self.word_bounds, [start, stop]).tolist()
        inside = (self.shifted[:, 0] >= start) & (self.shifted[:, 1] <= stop)
        return SegmentedDocument(
            self.example_id,
            self.pieces[start:stop],
            self.word_bounds[begin : over + 1] - start,
            self.segments[first:end] - start,
            self.shifted[inside] - start,
            self.sentences[begin:over],
            self.speakers[begin:over],
            self.genre,
            self.gold.within(begin, over),
            self.specials,
            self.first_segment + first,
            self.first_word + begin,
        )

    def pieces_of(self, spans: Int[np.ndarray, "spans 2"]) -> Int[np.ndarray, "spans 2"]:
        """Half-open spans of words as spans of pieces."""
        return self.word_bounds[spans]

    def segments_of(self, pieces: Int[np.ndarray, " some"]) -> Int[np.ndarray, " some"]:
        """The segment of each piece, counted over the whole document."""
        return self.first_segment + np.searchsorted(self.segments[:, 1], pieces, side="right")


@dataclass(frozen=True, eq=False)
class Framed:
    """Segments with their special tokens, laid end to end, as the encoder reads them."""

    token_ids: Int[np.ndarray, " tokens"]
    lengths: tuple[int, ...]  # tokens of each segment
    tokens: Int[np.ndarray, " pieces"]  # where each piece stands
    pieces: Int[np.ndarray, " pieces"]  # which piece of the document that is


def framed(document: SegmentedDocument, segments: Int[np.ndarray, "segments 2"]) -> Framed:
    """Some segments of a document, ascending, as the encoder reads them."""
    starts, ends = segments.T
    lengths = ends - starts
    number = np.repeat(np.arange(len(segments)), lengths)  # (pieces) segment of each
    place = np.arange(lengths.sum())
    pieces = place + (starts - (np.cumsum(lengths) - lengths))[number]
    tokens = place + NUM_SPECIALS * number + 1
    cls_id, sep_id = document.specials
    token_ids = np.full(len(place) + NUM_SPECIALS * len(segments), sep_id, dtype=np.int64)
    token_ids[np.cumsum(lengths + NUM_SPECIALS) - (lengths + NUM_SPECIALS)] = cls_id
    token_ids[tokens] = document.pieces[pieces]
    return Framed(token_ids, tuple((lengths + NUM_SPECIALS).tolist()), tokens, pieces)


def segmented(
    documents: Iterable[CorefDocument], tokenizer: SubwordTokenizer, config: CorefConfig
) -> list[SegmentedDocument]:
    """Documents as pieces, in their order."""
    encoder = TextEncoder(tokenizer)
    return [_segmented(document, encoder, config) for document in documents]


def _segmented(
    document: CorefDocument, encoder: TextEncoder, config: CorefConfig
) -> SegmentedDocument:
    room = config.segment_length - NUM_SPECIALS
    pieces, word_bounds = word_pieces(document.words, encoder, room)
    lengths = [len(words) for words in document.sentences]
    bounds = segment_bounds(word_bounds, word_bounds[np.cumsum([0, *lengths])], room)
    names = [name for names in document.speakers for name in names]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return SegmentedDocument(
        document.id,
        pieces,
        word_bounds,
        np.stack([bounds[:-1], bounds[1:]], axis=1),
        shifted_segments(word_bounds, bounds, room) if config.overlap else np.zeros((0, 2), int),
        np.repeat(np.arange(len(lengths)), lengths),
        np.array([numbers[name] for name in names], dtype=np.int64),
        GENRES.index(document.genre) + 1 if document.genre in GENRES else UNKNOWN_GENRE,
        GoldMentions.of(document.clusters),
        (encoder.tokenizer.cls_id, encoder.tokenizer.sep_id),
    )


def word_pieces(
    words: Sequence[str], encoder: TextEncoder, most: int
) -> tuple[Int[np.ndarray, " pieces"], Int[np.ndarray, " bounds"]]:
    """The pieces of words, each cut by itself, and where each word's begin, then the end.

    A word has one piece at least, the unknown one where the tokenizer sees nothing in it, and at
    most so many: the first ones of a word that is longer than a segment.
    """
    tokenizer = encoder.tokenizer
    space = " " if tokenizer.joins_spaces else ""
    encoded, number = encoder.encode_distinct([space + _WITH_SLASH.get(w, w) for w in words])
    ids = np.append(encoded.ids, tokenizer.unk_id)
    starts, lengths = encoded.bounds[number], np.minimum(encoded.lengths[number], most)
    is_empty = lengths == 0
    starts[is_empty], lengths[is_empty] = len(encoded.ids), 1
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    return ids[np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], lengths)], bounds

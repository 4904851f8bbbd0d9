"""Lines of JSON: `{"doc_key", "sentences", "speakers", "clusters"}`, a document each.

Mentions are `[first word, last word]`, counted over the whole document and both included. Speakers
and clusters may be left out; `-` is no speaker. Documents made from raw text have it as `text`, and
`offsets`: the half-open characters of each word.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

from spanbert.tasks.contents import is_text, parse_json
from spanbert.tasks.coref.document import Clusters, CorefDocument, Span, genre_of
from spanbert.tasks.coref.layouts.record import MentionFault, Record


def json_records(lines: Iterable[tuple[int, bytes | None]]) -> Iterator[Record]:
    """The documents of a file, in order.

    Args:
        lines: number, from 1, and content of each that is not blank; None for one too long.
    """
    for number, content in lines:
        try:
            fields = None if content is None else parse_json(content)
        except ValueError:
            fields = None
        if isinstance(fields, dict):
            yield _record(fields, number)
        else:
            yield Record(None, number, "not a JSON object")


def _record(fields: dict[str, Any], line: int) -> Record:
    document_id, sentences = fields.get("doc_key"), fields.get("sentences")
    speakers, clusters = fields.get("speakers"), fields.get("clusters", [])
    if not is_text(document_id) or not document_id:
        return Record(document_id, line, "no doc_key")
    if sentences is None:
        return Record(document_id, line, "no sentences")
    if not _are_sentences(sentences):
        return Record(document_id, line, "sentences are not lists of words")
    if speakers is None:
        speakers = [["-"] * len(words) for words in sentences]
    if not _fit(speakers, sentences):
        return Record(document_id, line, "speakers are not one for each word")
    if not isinstance(clusters, list) or not all(isinstance(one, list) for one in clusters):
        return Record(document_id, line, "clusters are not lists of mentions")
    num_words = sum(map(len, sentences))
    text, offsets = fields.get("text"), fields.get("offsets", [])
    if not _are_offsets(offsets, text, num_words):
        return Record(document_id, line, "offsets are not one in the text for each word")
    kept, faults = _clusters(clusters, num_words, line)
    document = CorefDocument(
        id=document_id,
        sentences=tuple(tuple(words) for words in sentences if words),
        speakers=tuple(tuple("" if n == "-" else n for n in names) for names in speakers if names),
        clusters=kept,
        genre=genre_of(document_id),
        text=text,
        offsets=tuple((start, end) for start, end in offsets),
    )
    return Record(document_id, line, document=document, mention_faults=faults)


def _are_sentences(value: Any) -> TypeGuard[list[list[str]]]:
    return isinstance(value, list) and all(
        isinstance(words, list) and all(is_text(word) and word for word in words) for words in value
    )


def _fit(speakers: Any, sentences: list[list[str]]) -> TypeGuard[list[list[str]]]:
    return (
        isinstance(speakers, list)
        and len(speakers) == len(sentences)
        and all(
            isinstance(names, list) and len(names) == len(words) and all(map(is_text, names))
            for names, words in zip(speakers, sentences, strict=True)
        )
    )


def _are_offsets(offsets: Any, text: Any, num_words: int) -> bool:
    """Whether there is no text, or one with a place for each word."""
    if text is None:
        return offsets == []
    return (
        is_text(text)
        and isinstance(offsets, list)
        and len(offsets) == num_words
        and all(_is_pair(one) and 0 <= one[0] < one[1] <= len(text) for one in offsets)
    )


def _clusters(
    given: list[list[Any]], num_words: int, line: int
) -> tuple[Clusters, tuple[MentionFault, ...]]:
    """Clusters of half-open spans, each in order, and what is wrong with the others."""
    kept: list[tuple[Span, ...]] = []
    faults: list[MentionFault] = []
    for mentions in given:
        spans: list[Span] = []
        for mention in mentions:
            if not _is_pair(mention):
                faults.append(MentionFault("not a pair of words", line))
            elif mention[1] < mention[0]:
                faults.append(MentionFault("its last word is before its first", line))
            elif not (mention[0] >= 0 and mention[1] < num_words):
                faults.append(MentionFault("not in its document", line))
            else:
                spans.append((mention[0], mention[1] + 1))
        if spans:
            kept.append(tuple(sorted(spans)))
    return tuple(kept), tuple(faults)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value)

"""A raw text -> a document without clusters: its sentences, its words, and where they stand.

Words are cut as the annotated corpora cut them, by rule: marks apart, "n't", "'s" and the like too.
No character that is seen is lost.
"""

import re

from spanbert.corpus.sentences import sentence_spans
from spanbert.tasks.coref.document import CorefDocument, Span

# Han and kana, which are written without spaces: each character is a word
_UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTER = rf"[^\W_{_UNSPACED}][\u0300-\u036f]*"
_NEGATION = r"[Nn]['’][Tt](?![^\W_])"
_WRAP = re.compile(r"(?<=[^\n])\n(?=[^\S\n]*\S)")  # one line end, with text before and behind
_WORD = re.compile(
    rf"{_NEGATION}"
    r"|['’](?:s|S|m|M|d|D|ll|LL|re|RE|ve|VE)(?![^\W_])"
    r"|(?:[A-Za-z]\.){2,}"  # initials keep their stops
    r"|\d+(?:[.,:]\d+)*"
    r"|[A-Z]['’][A-Z][a-z]+"  # O'Hara
    r"|(?:Mr|Mrs|Ms|Dr|St|Prof|Jr|Sr)\."
    rf"|(?:(?!{_NEGATION}){_LETTER})+"
    rf"|{_LETTER}"
    r"|([^\w\s])\1*"  # a run of one mark: "...", "--"
    r"|\S"
)


def document_of_text(text: str, document_id: str = "", language: str = "en") -> CorefDocument:
    """The document that a text is, its words with their half-open characters.

    A line end is a space, since many texts are wrapped at a width; a blank line ends a sentence.

    Args:
        language: a key of `SENTENCE_RULES`, by which sentences are told apart.
    """
    unwrapped = _WRAP.sub(" ", text)  # of the same length, so that places stay
    sentences = [word_spans(text, *span) for span in sentence_spans(unwrapped, language)]
    return CorefDocument(
        id=document_id,
        sentences=tuple(tuple(text[s:e] for s, e in spans) for spans in sentences),
        speakers=tuple(("",) * len(spans) for spans in sentences),
        clusters=(),
        text=text,
        offsets=tuple(span for spans in sentences for span in spans),
    )


def word_spans(text: str, start: int, end: int) -> list[Span]:
    """Half-open characters of the words between two places of a text."""
    return [found.span() for found in _WORD.finditer(text, start, end)]


def shown_span(document: CorefDocument, span: Span) -> Span:
    """The half-open characters that a span of words stands at in the document's text."""
    first, last = span[0], span[1] - 1
    return document.offsets[first][0], document.offsets[last][1]

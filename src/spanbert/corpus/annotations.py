"""A document's text -> the character spans of its named entities and noun phrases, by spaCy.

Numerical entities are left out (SpanBERT, section 6.1). Noun phrases are the pipeline's span group
"noun_phrases" where it makes one, as a span ruler or a span categorizer can, else its noun chunks.
**Differs:** the paper speaks of spaCy's constituency parser, which spaCy does not have.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, tee
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spanbert.corpus.optional import optional_import
from spanbert.corpus.sentence_rules import SENTENCE_RULES
from spanbert.corpus.sentences import sentence_spans
from spanbert.errors import ConfigError, DependencyError
from spanbert.shapes import Int

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

NOUN_PHRASES = "noun_phrases"  # name of the span group
NUMERICAL = frozenset(["DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL"])

# A parser's memory grows with the text that it holds at once.
_PASSAGE_CHARACTERS = 10_000
_PASSAGES_AT_ONCE = 32
# What may find entities or noun phrases, as components declare it.
_SOURCES = {"doc.ents", "token.dep", "doc.spans"}
_NOT_NEEDED = [
    *("lemmatizer", "trainable_lemmatizer", "entity_linker", "textcat", "textcat_multilabel"),
]


@dataclass(frozen=True, slots=True)
class Annotations:
    """Half-open character spans of one text, in order; those of one kind do not overlap."""

    entities: Int[np.ndarray, "entities 2"]
    noun_phrases: Int[np.ndarray, "phrases 2"]


NO_ANNOTATIONS = Annotations(np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2), dtype=np.int64))


class Annotator:
    """A spaCy pipeline, run over texts in several processes.

    Args:
        pipeline: name of an installed package or path of a folder; a folder's code is not run.
        num_processes: how many; the annotations are the same for any number.

    Raises:
        DependencyError: spaCy or the named pipeline is not installed.
        ConfigError: the folder holds no pipeline, or the pipeline finds neither kind of span.
    """

    def __init__(self, pipeline: str, num_processes: int = 1) -> None:
        self._nlp = _load(pipeline)
        self._language = self._nlp.lang if self._nlp.lang in SENTENCE_RULES else "en"
        self._num_processes = num_processes
        _require_source(self._nlp, pipeline)

    @property
    def name(self) -> str:
        """Language, name and version of the pipeline: "en_core_web_sm 3.8.0"."""
        return "{lang}_{name} {version}".format(**self._nlp.meta)

    def annotate(self, texts: Iterable[str]) -> Iterator[Annotations]:
        """Annotations of each text; no span crosses the passages that a long text is read in."""
        passages = (
            (number, offset, passage)
            for number, text in enumerate(texts)
            for offset, passage in _passages(text, self._language)
        )
        places, copies = tee(passages)
        docs = self._nlp.pipe(
            (passage for _, _, passage in copies),
            batch_size=_PASSAGES_AT_ONCE,
            n_process=self._num_processes,
        )
        for _, group in groupby(zip(places, docs, strict=True), key=lambda pair: pair[0][0]):
            found = [(doc, offset) for (_, offset, _), doc in group]
            yield Annotations(
                np.concatenate([_spans(_entities(doc), offset) for doc, offset in found]),
                np.concatenate([_spans(_noun_phrases(doc), offset) for doc, offset in found]),
            )


def _load(pipeline: str) -> "Language":
    spacy = optional_import("spacy", "annotate")
    path = Path(pipeline)
    is_folder = path.is_dir()
    try:
        return spacy.load(path if is_folder else pipeline, exclude=_NOT_NEEDED)
    except Exception as error:  # whatever the components' readers raise
        if is_folder or len(path.parts) > 1:
            raise ConfigError(
                f"not a readable spaCy pipeline ({error})",
                place=f"shards.annotator = {pipeline!r}",
                remedy="pass a folder that Language.to_disk wrote, or a pipeline's name",
            ) from error
        raise DependencyError(
            f"the spaCy pipeline cannot be loaded ({error})",
            place=f"shards.annotator = {pipeline!r}",
            remedy=f"python -m spacy download {pipeline}",
        ) from error


def _require_source(nlp: "Language", pipeline: str) -> None:
    found = {given for name in nlp.pipe_names for given in nlp.get_pipe_meta(name).assigns}
    if not found & _SOURCES:
        raise ConfigError(
            f"none of its components ({', '.join(nlp.pipe_names) or 'it has none'}) finds entities"
            " or noun phrases",
            place=f"shards.annotator = {pipeline!r}",
            remedy="use a pipeline with ner, entity_ruler, parser or a span group 'noun_phrases'",
        )


def _passages(text: str, language: str) -> Iterator[tuple[int, str]]:
    """The text in runs of sentences that a pipeline can hold, with the offset of each."""
    start = 0
    while len(text) - start > _PASSAGE_CHARACTERS:
        length = _break(text[start : start + _PASSAGE_CHARACTERS], language)
        yield start, text[start : start + length]
        start += length
    yield start, text[start:]


def _break(window: str, language: str) -> int:
    """Where the last sentence begins, else after the last space, else the end."""
    sentences = sentence_spans(window, language)
    if len(sentences) > 1:
        return sentences[-1][0]  # it may go on after the window
    return window.rfind(" ") + 1 or len(window)


def _entities(doc: "Doc") -> list[Any]:
    return [span for span in doc.ents if span.label_ not in NUMERICAL]


def _noun_phrases(doc: "Doc") -> list[Any]:
    if NOUN_PHRASES in doc.spans:
        return list(doc.spans[NOUN_PHRASES])
    try:
        return list(doc.noun_chunks) if doc.has_annotation("DEP") else []
    except NotImplementedError:  # there are no rules for the pipeline's language
        return []


def _spans(found: list[Any], offset: int) -> Int[np.ndarray, "spans 2"]:
    """Characters of spans; of those that overlap the longest, then the first."""
    from spacy.util import filter_spans

    kept = [(span.start_char, span.end_char) for span in filter_spans(found)]
    return np.array(kept, dtype=np.int64).reshape(-1, 2) + offset

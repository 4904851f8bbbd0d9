"""Coreference: documents with clusters, their scores, and a model that predicts them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from benchmarks.ours.model import SEED, config, published_state
from benchmarks.workload import CorefSizes, CorefText, Size
from spanbert.evaluation.coref.files import score_coref
from spanbert.evaluation.coref.scores import coref_scores
from spanbert.model.pretraining import initialize
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.candidates import candidate_spans, num_kept
from spanbert.tasks.coref.documents import CorefDocument
from spanbert.tasks.coref.documents import read_documents as read_coref
from spanbert.tasks.coref.long_documents import linked_spans
from spanbert.tasks.coref.model import CorefModel
from spanbert.tasks.coref.raw_text import document_of_text
from spanbert.tasks.coref.segments import SegmentedDocument, segmented
from spanbert.tasks.coref.writing import write_conll
from spanbert.tokenizer.subword import SubwordTokenizer
from spanbert.training.memory import keep_freed_memory

Clusters = Sequence[Sequence[tuple[int, int]]]


def annotated(path: Path) -> list[tuple[str, int, Clusters]]:
    """Id, number of words and clusters of each document in a file."""
    return [(one.id, one.num_words, one.clusters) for one in read_coref(path).documents]


def write_annotated(documents: Iterable[tuple[str, int, Clusters]], path: Path) -> None:
    """Write documents of made-up words with these clusters as a CoNLL file."""
    write_conll(
        (
            CorefDocument(
                id=name,
                sentences=(("w",) * num_words,),
                speakers=(("",) * num_words,),
                clusters=tuple(map(tuple, clusters)),
            )
            for name, num_words, clusters in documents
        ),
        path,
    )


def scores_of_clusters(pairs: Iterable[tuple[Clusters, Clusters]]) -> dict[str, Any]:
    """All coreference scores of gold and predicted clusters."""
    return coref_scores(pairs)


def scores_of_files(key: Path, response: Path) -> dict[str, Any]:
    """All coreference scores of two files."""
    return score_coref(key, response)


def words_in(path: Path) -> list[str]:
    """The words of each document of a file with clusters, as a text with a line a sentence."""
    documents = read_coref(path).documents
    return ["\n".join(map(" ".join, document.sentences)) for document in documents]


class Resolving:
    """A fresh coreference model, ready to predict.

    Args:
        segment_length: pieces that the encoder reads at once, special tokens included.
    """

    def __init__(
        self,
        size: Size,
        tokenizer: SubwordTokenizer,
        sizes: CorefSizes,
        segment_length: int,
        initializer_range: float = 0.02,
    ) -> None:
        keep_freed_memory()  # a peer in this process has it too
        self._tokenizer = tokenizer
        self._config = CorefConfig(segment_length=segment_length, **asdict(sizes))
        model = replace(config(size).model, vocab_size=tokenizer.vocab_size)
        self._model = CorefModel(model, self._config).eval()
        initialize(self._model, initializer_range, SEED)

    def published_state(self) -> dict[str, Tensor]:
        """The weights under their published names, copied."""
        return published_state(self._model)

    def read(self, text: str) -> SegmentedDocument:
        """A text as pieces."""
        return segmented([document_of_text(text)], self._tokenizer, self._config)[0]

    def plain(self, document: SegmentedDocument) -> CorefText:
        """A document as arrays that a peer can lay out in its own way."""
        settings, bounds = self._config, document.word_bounds
        return CorefText(
            len(document.sentences),
            document.pieces,
            document.segments,
            bounds,
            document.speakers,
            candidate_spans(bounds, document.sentences, settings.max_span_width),
            num_kept(document.num_tokens, settings.span_ratio, settings.max_spans),
            document.genre,
        )

    def resolve(self, document: SegmentedDocument) -> tuple[list[tuple[int, int]], list[int]]:
        """The spans of words that are kept, and the number of each one's antecedent, or -1."""
        found = linked_spans(self._model, document, self._config)
        spans = [(start, end) for start, end in found.spans.tolist()]
        return spans, found.antecedents.tolist()

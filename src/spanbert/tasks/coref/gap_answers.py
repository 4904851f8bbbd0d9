"""A model and a file of GAP -> whether each pronoun stands for A, and whether for B.

The resolver reads the text and knows nothing of the pronoun and the names; what it has found is
then asked about them, as Webster et al. (2018) did with resolvers of documents.
"""

from collections.abc import Sequence
from pathlib import Path

from spanbert.progress import Say, silent
from spanbert.tasks.coref.document import CorefDocument, Span
from spanbert.tasks.coref.gap import Answer, GapExample, read_gap, write_answers
from spanbert.tasks.coref.raw_text import document_of_text, shown_span
from spanbert.tasks.coref.resolver import CoreferenceResolver
from spanbert.tasks.distinct import require_distinct
from spanbert.tasks.ledger import tell_skipped


def answer_gap(model: Path, input_file: Path, output_file: Path, *, say: Say = silent) -> int:
    """Answer the examples of a file; returns how many there are.

    Args:
        model: a folder.
        say: hears what was left out of the input.

    Raises:
        As `predict.predict_file` does.
    """
    require_distinct(input_file, output_file)
    file = read_gap(input_file)
    tell_skipped(input_file, file.skipped, say)
    texts = (document_of_text(example.text, example.id) for example in file.examples)
    found = CoreferenceResolver.load(model).stream(texts)
    answers = {
        example.id: answer_of(example, resolution.document)
        for example, resolution in zip(file.examples, found, strict=True)
    }
    write_answers(answers, output_file)
    return len(answers)


def answer_of(example: GapExample, document: CorefDocument) -> Answer:
    """Whether a name is in the pronoun's cluster, for A and for B.

    Args:
        document: of the example's text, with the clusters that were found.
    """
    clusters = [[shown_span(document, span) for span in one] for one in document.clusters]
    pronoun = _cluster_of(example.pronoun_offset, example.pronoun, clusters)
    a = _cluster_of(example.a_offset, example.a, clusters)
    b = _cluster_of(example.b_offset, example.b, clusters)
    return pronoun is not None and pronoun == a, pronoun is not None and pronoun == b


def _cluster_of(place: int, words: str, clusters: Sequence[Sequence[Span]]) -> int | None:
    """The cluster with these words: of the mention nearest in length around or within them."""
    start, end = place, place + len(words)
    fitting = [
        (abs(mention_end - mention_start - len(words)), number)
        for number, mentions in enumerate(clusters)
        for mention_start, mention_end in mentions
        if (mention_start <= start and end <= mention_end)
        or (start <= mention_start and mention_end <= end)
    ]
    return min(fitting)[1] if fitting else None

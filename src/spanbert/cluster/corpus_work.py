"""Sources -> documents and held-out documents, as settings say: of the verb, a step and a job."""

from pathlib import Path
from typing import TYPE_CHECKING

from spanbert.cluster.own_parts import own_parts
from spanbert.config import Config
from spanbert.progress import Say

if TYPE_CHECKING:
    from spanbert.corpus.contamination import EvaluationSets
    from spanbert.corpus.report import CorpusReport

_SAMPLES = 5  # of dropped texts, for each reason


def corpus_work(
    config: Config, *, documents: Path, held_out: Path, work_root: Path, say: Say
) -> "CorpusReport":
    """Publish both artifacts, by as many workers as the settings say.

    Args:
        documents, held_out: folders of what comes out.
        work_root: finished parts are kept below it until the whole is done.

    Raises:
        As `write_documents` and `own_parts` do.
    """
    from spanbert.corpus.documents import write_documents

    with own_parts(work_root, "corpus", config.corpus.identity) as work:
        return write_documents(
            documents,
            held_out,
            config.corpus,
            evaluation=_evaluation(config),
            num_samples=_SAMPLES if config.run.show_examples else 0,
            work=work,
            say=say,
        )


def _evaluation(config: Config) -> "EvaluationSets | None":
    """The texts of the evaluation sets that the settings name, unless nobody asks for them."""
    from spanbert.corpus.contamination import EvaluationSets
    from spanbert.corpus.words import WordHashes
    from spanbert.tasks.evaluation_sets import evaluation_texts

    num_words = config.corpus.contamination_words
    if not num_words:
        return None
    texts = {name: read() for name, read in evaluation_texts(config).items()}
    return EvaluationSets(texts, num_words, WordHashes())

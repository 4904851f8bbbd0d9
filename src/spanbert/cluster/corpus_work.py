"""Sources -> documents and held-out documents, as settings say: of the verb, a step and a job."""

from pathlib import Path
from typing import TYPE_CHECKING

from spanbert.cluster.own_parts import own_parts
from spanbert.config import Config
from spanbert.progress import Say

if TYPE_CHECKING:
    from spanbert.corpus.report import CorpusReport


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
            # MERGE: evaluation=EvaluationSets(evaluation_texts(config), …)
            work=work,
            say=say,
        )

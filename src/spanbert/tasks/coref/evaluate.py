"""coreference model + dev and test files -> its scores, and where it fails."""

from pathlib import Path
from typing import Any

from spanbert.evaluation.coref.analysis import coref_analysis
from spanbert.evaluation.coref.scores import coref_scores
from spanbert.progress import Say, silent
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.resolver import CoreferenceResolver
from spanbert.tasks.coref.scoring import Scored, score_documents
from spanbert.tasks.coref.splits import Split, gold_identity, read_split
from spanbert.tasks.files import require_named
from spanbert.tasks.seeds import seeds_summary
from spanbert.tasks.training import read_training

_SPLITS: tuple[Split, ...] = ("test", "dev")  # the first that the settings name is reported
_SPREAD = ("conll_f1", "pruning_recall")  # whose deviation over seeds is told


def evaluate_coref(model: Path, config: CorefConfig, *, say: Say = silent) -> dict[str, Any]:
    """Resolve and score the test files, and the dev files; where there is no test, dev alone.

    Args:
        config: names the files; how to resolve is kept with the model.
        say: hears what was left out of a file.

    Raises:
        ConfigError: no file is named.
        DataError: a file cannot be used.
        CheckpointError, IntegrityError: as `CoreferenceResolver.load`.
        DependencyError: SciPy is not installed.

    Returns:
        "split" and `Scored.figures` of test, or of dev: "muc", "bcub", "ceafm", "ceafe", "blanc"
        and "mentions" with "recall", "precision" and "f1", "conll_f1", "pruning_recall" and
        "num_documents"; "dev" with the same where "split" is test; "singletons", whether clusters
        of one mention count; "analysis"; the "curve" of training; "seeds", where the model is the
        best of several on these files; and in "documents" a row for each.
    """
    splits = {split: some for split in _SPLITS if (some := read_split(config, split, say))}
    require_named("coref.dev", splits, "dev.conll")
    resolver = CoreferenceResolver.load(model)
    scored = {split: score_documents(resolver, some) for split, some in splits.items()}
    split = next(iter(scored))
    main, training = scored[split], read_training(model)
    result: dict[str, Any] = {"split": split, **main.figures}
    result |= {"singletons": resolver.config.singletons, "curve": training.get("curve", [])}
    if split == "test" and "dev" in scored:
        result["dev"] = scored["dev"].figures
    if training.get("seeds") and training["gold"] == gold_identity(config):
        rows = [{name: seed[split][name] for name in _SPREAD} for seed in training["seeds"]]
        result["seeds"] = seeds_summary(rows, _SPREAD)
    result["analysis"] = coref_analysis(main.documents, main.gold, main.predicted)
    return result | {"documents": _rows(main)}


def _rows(scored: Scored) -> list[dict[str, Any]]:
    """Each document's figures, without its words."""
    rows = zip(scored.documents, scored.gold, scored.predicted, strict=True)
    return [
        {
            "id": document.id,
            "num_words": document.num_words,
            "num_gold_mentions": sum(map(len, gold)),
            "num_predicted_mentions": sum(map(len, predicted)),
            "conll_f1": coref_scores([(gold, predicted)])["conll_f1"],
        }
        for document, gold, predicted in rows
    ]

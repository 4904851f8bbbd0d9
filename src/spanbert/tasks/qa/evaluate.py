"""question answering model + dev and test files -> exact match, F1, and where it fails."""

from pathlib import Path
from typing import Any

from spanbert.evaluation.qa_analysis import qa_analysis
from spanbert.progress import Say, silent
from spanbert.tasks.config import QAConfig
from spanbert.tasks.files import require_named
from spanbert.tasks.qa.gold import Split, gold_identity, read_split
from spanbert.tasks.qa.predict import QuestionAnswerer
from spanbert.tasks.qa.scoring import Scored, score_files
from spanbert.tasks.seeds import seeds_summary
from spanbert.tasks.training import read_training

_SPLITS: tuple[Split, ...] = ("test", "dev")  # the first that the settings name is reported


def evaluate_qa(
    model: Path, config: QAConfig, *, show_examples: bool = False, say: Say = silent
) -> dict[str, Any]:
    """Answer and score the test files, and the dev files; where there is no test, dev alone.

    Args:
        config: names the files; how to answer is kept with the model.
        show_examples: texts of questions go into the result.
        say: hears what was left out of a file.

    Raises:
        ConfigError: no file is named.
        DataError: a file cannot be used.
        CheckpointError, IntegrityError: as `QuestionAnswerer.load`.

    Returns:
        "split", "exact_match", "f1" (percent) and "num_questions" of test, or of dev; "dev" with
        the same where "split" is test; "analysis"; the "curve" of training; "seeds", where the
        model is the best of several on these files; and in "questions" a row for each.
    """
    splits = {split: files for split in _SPLITS if (files := read_split(config, split, say))}
    require_named("qa.dev", splits, "dev.json")
    answerer = QuestionAnswerer.load(model)
    scored = {split: score_files(answerer, files) for split, files in splits.items()}
    split = next(iter(scored))
    main, training = scored[split], read_training(model)
    result: dict[str, Any] = {"split": split, **main.figures, "curve": training.get("curve", [])}
    if split == "test" and "dev" in scored:
        result["dev"] = scored["dev"].figures
    if training.get("seeds") and training["gold"] == gold_identity(config):
        result["seeds"] = seeds_summary(
            [seed[split] for seed in training["seeds"]], ("exact_match", "f1")
        )
    result["analysis"] = qa_analysis(
        main.questions, main.predictions, main.scores, show_examples=show_examples
    )
    return result | {"questions": _rows(main)}


def _rows(scored: Scored) -> list[dict[str, Any]]:
    """Each question's figures, without its texts."""
    return [
        {
            "id": score.id,
            "exact": score.exact,
            "f1": score.f1,
            "has_answer": score.has_answer,
            "probability": prediction.probability,
            "no_answer_margin": prediction.no_answer_margin,
        }
        for prediction, score in zip(scored.predictions, scored.scores, strict=True)
    ]

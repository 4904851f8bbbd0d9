"""What the settings name is there: texts, questions, models, vocabularies, annotators."""

from importlib.util import find_spec
from pathlib import Path

from spanbert.config import Config
from spanbert.doctor.files import files_finding
from spanbert.doctor.finding import Finding, ok, problem
from spanbert.doctor.texts import check_texts
from spanbert.errors import CheckpointError, DataError, DependencyError, SpanbertError
from spanbert.tasks.kinds import kinds_of, recipe_of


def check_data(config: Config) -> list[Finding]:
    """Texts, files of tasks, the model and tokenizer to begin with, and what annotates."""
    start, tokenizer, annotator = (
        config.training.start,
        config.tokenizer.path,
        config.shards.annotator,
    )
    return [
        *([] if config.only_finetunes else check_texts(config.corpus)),
        *(_task_finding(config, kind) for kind in kinds_of(config) or ("qa",)),
        *([existence_finding("training.start", Path(start), "a model", DataError)] * bool(start)),
        *(
            [existence_finding("tokenizer.path", Path(tokenizer), "a tokenizer", CheckpointError)]
            * bool(tokenizer)
        ),
        *([annotator_finding(annotator)] * bool(annotator)),
    ]


def _task_finding(config: Config, kind: str) -> Finding:
    """Whether what is fine-tuned on can be read."""
    recipe = recipe_of(config, kind)
    setting = " and ".join(f"{kind}.{split}" for split in recipe.splits)
    name = "questions" if kind == "qa" else f"files of {kind}"
    return files_finding(name, [Path(path) for path in recipe.files], setting=setting)


def existence_finding(name: str, path: Path, needed: str, kind: type[SpanbertError]) -> Finding:
    """Whether a file or folder is there; without it a run ends with this kind of error."""
    if not path.exists():
        remedy = f"--set {name}=PATH"
        return problem(kind, name, f"{path}: nothing is there", needed, remedy=remedy)
    return ok(name, "is there")


def annotator_finding(pipeline: str) -> Finding:
    """Whether a spaCy pipeline is a folder or an installed package; it is not loaded."""
    if Path(pipeline).is_dir() or (pipeline.isidentifier() and find_spec(pipeline)):
        return ok("shards.annotator", "is there")
    return problem(
        DependencyError,
        "shards.annotator",
        f"{pipeline}: no folder and no installed package",
        "a spaCy pipeline",
        remedy=f"python -m spacy download {pipeline}",
    )

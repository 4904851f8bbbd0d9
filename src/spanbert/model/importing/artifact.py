"""A model in any layout -> a published model folder, as `transformers` and we load it."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from spanbert.model.importing.extended import extended_report, extended_state
from spanbert.model.importing.files import model_digest
from spanbert.model.importing.model import import_model
from spanbert.model.importing.report import LoadReport
from spanbert.model.published import write_folder
from spanbert.model.vocabulary import (
    has_vocabulary,
    require_extends,
    require_same_entries,
    require_same_size,
)
from spanbert.objectives.config import ObjectiveConfig
from spanbert.storage import MANIFEST, publish
from spanbert.tokenizer.extension import Extension, read_extension
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer

REPORT_FILE = "import.json"
_NO_VOCABULARY = "there is no vocabulary beside it, and none here: import it again with --tokenizer"


def import_folder(
    path: Path,
    folder: Path,
    *,
    tokenizer: Path | None = None,
    objective: ObjectiveConfig | None = None,
    seed: int = 0,
) -> LoadReport:
    """Write the model at `path` as a stock Hugging Face folder, its heads included.

    Args:
        folder: where it appears, with the account of the import in import.json.
        tokenizer: a folder with its vocabulary, or one that extends it; without one, that of the
            source is taken, if any.
        objective, seed: as `import_model`.

    Raises:
        CheckpointError: the vocabulary is not the model's; as `import_model` otherwise.
    """
    model, report = import_model(path, objective, seed)
    state = model.state_dict()
    vocabulary, extension = _vocabulary(path, tokenizer, report)
    if vocabulary is None:
        report = replace(report, notes=(*report.notes, _NO_VOCABULARY))
    if extension is not None:
        state, report = extended_state(state, extension), extended_report(report, extension)
    trained = asdict(objective) if objective else _recorded_objective(path)
    settings = {"model": asdict(report.model), "objective": trained}
    inputs = import_inputs(path, vocabulary)
    with publish(folder, "model", inputs=inputs, config=settings | {"seed": seed}) as draft:
        if vocabulary is not None:
            vocabulary.save(draft.folder)
        write_folder(draft.folder, state, report.model, "BertForMaskedLM", draft.folder)
        (draft.folder / REPORT_FILE).write_text(report.to_json(), encoding="utf-8")
        draft.counts["num_parameters"] = sum(tensor.numel() for tensor in state.values())
    return report


def _recorded_objective(path: Path) -> dict[str, Any]:
    """What the heads were trained on, where the source is ours and says so."""
    if not (path / MANIFEST).is_file():
        return {}
    recorded = json.loads((path / MANIFEST).read_text())["config"].get("objective")
    return recorded or {}


def import_inputs(path: Path, vocabulary: SubwordTokenizer | None) -> dict[str, str]:
    """Digests of what an imported folder is made from, by role."""
    source = {"source": model_digest(path)}
    return source if vocabulary is None else source | {"vocabulary": vocabulary.digest}


def _vocabulary(
    path: Path, tokenizer: Path | None, report: LoadReport
) -> tuple[SubwordTokenizer | None, Extension | None]:
    """The vocabulary that goes with the model, and by what the model has to grow for it."""
    if tokenizer is None and not has_vocabulary(path):
        return None, None
    vocabulary, vocab_size = load_tokenizer(tokenizer or path), report.model.vocab_size
    extension = read_extension(tokenizer or path)
    if extension is not None and vocabulary.vocab_size != vocab_size:
        require_extends(path, vocab_size, vocabulary, extension)
        return vocabulary, extension
    require_same_size(path, vocab_size, vocabulary)
    require_same_entries(path, vocabulary)
    return vocabulary, None

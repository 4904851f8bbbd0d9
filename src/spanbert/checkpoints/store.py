"""Save, list, load and prune checkpoints: whole and verified, or not there."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from spanbert.checkpoints.state import TrainingState
from spanbert.errors import CheckpointError, SpanbertError
from spanbert.progress import Say
from spanbert.storage import publish, remove_partials, verify

KIND = "checkpoint"
_MODEL, _OPTIMIZER, _STATE = "model.safetensors", "optimizer.safetensors", "state.json"


class CheckpointStore:
    """The checkpoints of one training run.

    Args:
        folder: holds one folder a checkpoint.
        keep: how many of the newest are kept.
        inputs: digests of what is trained on, recorded with each.
        config: settings that say what the weights are, recorded with each.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keep: int,
        inputs: Mapping[str, str],
        config: Mapping[str, Any] | None = None,
    ) -> None:
        self._folder, self._keep = folder, keep
        self._inputs, self._config = dict(inputs), dict(config or {})

    def save(self, state: TrainingState) -> Path:
        """Publish a checkpoint, then remove the oldest ones.

        Raises:
            StorageError: the disk refused; earlier checkpoints are untouched.
        """
        target = self._folder / f"step-{state.step:08d}"
        with publish(target, KIND, inputs=self._inputs, config=self._config) as draft:
            tensors = {name: t.detach().cpu().contiguous() for name, t in state.model.items()}
            save_file(tensors, draft.folder / _MODEL)
            moments = {name: t.detach().cpu().contiguous() for name, t in state.optimizer.items()}
            save_file(moments, draft.folder / _OPTIMIZER)
            (draft.folder / _STATE).write_text(json.dumps({"step": state.step}))
            draft.counts["step"] = state.step
        self._prune()
        return target

    def newest(self, say: Say) -> Path | None:
        """The newest checkpoint that verifies, or None where there is none at all.

        A damaged one is skipped and named. Leftovers of killed writers are removed.

        Raises:
            CheckpointError: there are checkpoints, but none that can be used.
        """
        remove_partials(self._folder)
        skipped = []
        for folder in reversed(self._all()):
            try:
                self._accept(folder)
                return folder
            except SpanbertError as error:
                skipped.append(str(error))
                say(f"skipped checkpoint: {error}")
        if skipped:
            raise CheckpointError(
                f"none of {len(skipped)} checkpoints can be used; first reason: {skipped[0]}",
                place=str(self._folder),
                remedy="remove that folder to start again from step 0",
            )
        return None

    def _accept(self, folder: Path) -> None:
        manifest = verify(folder, KIND)
        for role in sorted({*self._inputs, *manifest.inputs}):
            found, now = (inputs.get(role, "none") for inputs in (manifest.inputs, self._inputs))
            if found != now:
                raise CheckpointError(
                    f"made from other {role} ({found[:12]}, now {now[:12]})",
                    place=str(folder),
                )

    def _all(self) -> list[Path]:
        return sorted(self._folder.glob("step-*"))

    def _prune(self) -> None:
        for folder in self._all()[: -self._keep]:
            aside = folder.parent / f".{folder.name}.partial"  # a killed deletion leaves no half
            folder.rename(aside)
        remove_partials(self._folder)


def load_state(folder: Path) -> TrainingState:
    """A checkpoint's state; the caller has verified it.

    Raises:
        CheckpointError: a file is not what it should be.
    """
    try:
        step = int(json.loads((folder / _STATE).read_text())["step"])
        return TrainingState(step, load_file(folder / _MODEL), load_file(folder / _OPTIMIZER))
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(f"cannot be read ({error})", place=str(folder)) from error

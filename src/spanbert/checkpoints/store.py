"""Save, list, load and prune checkpoints: whole and verified, or not there."""

import json
import uuid
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from spanbert.checkpoints.remote import KIND, RemoteCheckpoints
from spanbert.checkpoints.state import TrainingState, from_plain, plain_values
from spanbert.errors import CheckpointError, SpanbertError, StorageError
from spanbert.manifest import Manifest
from spanbert.progress import Say
from spanbert.storage import publish, remove_folder, remove_partials, verify

_MODEL, _OPTIMIZER, _STATE = "model.safetensors", "optimizer.safetensors", "state.json"
_VOCABULARY = "vocabulary.json"
_MOST_DIFFERENCES = 3  # that a refusal names


class CheckpointStore:
    """The checkpoints of one training run.

    Args:
        folder: holds one folder a checkpoint.
        keep: how many of the newest are kept.
        inputs: digests of what is trained on, recorded with each.
        config: settings that say what the weights are, recorded with each.
        vocabulary: pieces by id, recorded with each, so that another one can be told apart.
        mirror: keeps them as well.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keep: int,
        inputs: Mapping[str, str],
        config: Mapping[str, Any] | None = None,
        vocabulary: list[str] | None = None,
        mirror: RemoteCheckpoints | None = None,
    ) -> None:
        self._folder, self._keep = folder, keep
        self._inputs, self._config = dict(inputs), dict(config or {})
        self._vocabulary, self._mirror = vocabulary, mirror

    def save(self, state: TrainingState) -> Path:
        """Publish a checkpoint, then remove the oldest ones.

        Raises:
            StorageError: the disk or the mirror refused; earlier checkpoints are untouched.
        """
        target = self.place(state.step)
        with publish(target, KIND, inputs=self._inputs, config=self._config) as draft:
            _save_tensors(state.model, draft.folder / _MODEL)
            _save_tensors(state.optimizer, draft.folder / _OPTIMIZER)
            (draft.folder / _STATE).write_text(json.dumps(plain_values(state)))
            if self._vocabulary is not None:
                (draft.folder / _VOCABULARY).write_text(json.dumps(self._vocabulary))
            draft.counts["step"] = state.step
        self._prune()
        if self._mirror:
            self._mirror.upload(target)
        return target

    def newest(self, say: Say) -> Path | None:
        """The newest checkpoint that verifies, or None where there is none at all.

        A damaged one is skipped, named and put aside; the mirror's is taken where it is newer or
        whole. Leftovers of killed writers are removed.

        Raises:
            CheckpointError: there are checkpoints, but none that can be used.
            StorageError: the mirror does not answer; nothing is skipped for that.
        """
        remove_partials(self._folder)
        if self._mirror:
            self._mirror.remove_uncommitted()
        skipped = []
        for step, folder in self._candidates(say):
            try:
                if folder is None:
                    say(f"fetching the checkpoint after step {step}")
                    folder = self._fetch(step)
                self._accept(folder)
            except StorageError:  # an outage says nothing of the checkpoint
                raise
            except SpanbertError as error:
                skipped.append(str(error))
                say(f"skipped checkpoint: {error}")
                continue
            self._put_aside_after(step)
            if self._mirror:
                self._mirror.upload(folder)  # its writer may have been killed before it was
            return folder
        if skipped:
            raise CheckpointError(
                f"none of {len(skipped)} checkpoints can be used; first reason: {skipped[0]}",
                place=str(self._folder),
                remedy="run with --from-scratch to put them aside and start at step 0",
            )
        return None

    def _candidates(self, say: Say) -> list[tuple[int, Path | None]]:
        """Newest first, what is here before what is in the mirror alone (None)."""
        here: list[tuple[int, Path | None]] = [(step_of(f), f) for f in self._all()]
        there = self._mirror.steps(say) if self._mirror else {}
        return sorted([*here, *((s, None) for s in there)], key=lambda c: (-c[0], c[1] is None))

    def _put_aside_after(self, step: int) -> None:
        """Rename what was skipped: as the newest ones they would outlast those that come now."""
        for folder in self._all():
            if step_of(folder) > step:
                folder.rename(folder.parent / f"skipped-{folder.name}-{uuid.uuid4().hex[:8]}")

    def _fetch(self, step: int) -> Path:
        assert self._mirror is not None
        folder = self.place(step)
        if folder.exists():  # damaged, or it would have been taken
            remove_folder(folder)
        self._mirror.download(step, folder)
        return folder

    def _accept(self, folder: Path) -> None:
        manifest = verify(folder, KIND)
        for role in sorted({*self._inputs, *manifest.inputs}):
            found, now = (inputs.get(role, "none") for inputs in (manifest.inputs, self._inputs))
            if found != now:
                raise CheckpointError(
                    f"made from other {role} ({found[:12]}, now {now[:12]})"
                    + self._vocabulary_differences(folder),
                    place=str(folder),
                    remedy="use what it was made from",
                )
        self._require_same_sizes(manifest, folder)

    def _require_same_sizes(self, manifest: Manifest, folder: Path) -> None:
        rows = []
        for section, now in self._config.items():
            found = manifest.config.get(section, {})
            rows += [
                f"{section}.{name} is {found[name]} there, {value} in the settings"
                for name, value in now.items()
                if name in found and found[name] != value
            ]
        if rows:
            raise CheckpointError(
                "; ".join(rows),
                place=str(folder),
                remedy="use the settings that the checkpoint was made with",
            )

    def _vocabulary_differences(self, folder: Path) -> str:
        path = folder / _VOCABULARY
        if self._vocabulary is None or not path.is_file():
            return ""
        theirs = json.loads(path.read_text())
        pairs = enumerate(zip_longest(theirs, self._vocabulary))
        differing = [f"id {i} was {a!r}, now {b!r}" for i, (a, b) in pairs if a != b]
        if not differing:
            return "; the entries are the same, the rules that cut text are not"
        sizes = f"{len(theirs)} and {len(self._vocabulary)} entries"
        more = ", ..." if len(differing) > _MOST_DIFFERENCES else ""
        return f"; {sizes}: " + ", ".join(differing[:_MOST_DIFFERENCES]) + more

    def place(self, step: int) -> Path:
        """Where the checkpoint after so many steps is."""
        return self._folder / f"step-{step:08d}"

    def _all(self) -> list[Path]:
        return sorted(self._folder.glob("step-*"))

    def _prune(self) -> None:
        for folder in self._all()[: -self._keep]:
            remove_folder(folder)


def _save_tensors(tensors: dict[str, Tensor], path: Path) -> None:
    try:
        save_file({n: t.detach().cpu().contiguous() for n, t in tensors.items()}, path)
    except SafetensorError as error:  # a full disk, for one, is no OSError there
        raise StorageError(
            str(error),
            place=str(path.parent.parent),
            remedy="free some space or choose another folder with --set run.folder=PATH",
        ) from error


def load_state(folder: Path) -> TrainingState:
    """A checkpoint's state; the caller has verified it.

    Raises:
        CheckpointError: a file is not what it should be.
    """
    try:
        values = json.loads((folder / _STATE).read_text())
        return from_plain(values, load_file(folder / _MODEL), load_file(folder / _OPTIMIZER))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise CheckpointError(f"cannot be read ({error})", place=str(folder)) from error


def step_of(folder: Path) -> int:
    """How many steps are done in a checkpoint."""
    digits = folder.name.removeprefix("step-")
    return int(digits) if digits.isdigit() else -1  # a stray folder is skipped and named

"""A checkpoint is whole and verified, or not there."""

import pytest
import torch

from spanbert.checkpoints.state import TrainingState
from spanbert.checkpoints.store import CheckpointStore, load_state
from spanbert.errors import CheckpointError
from spanbert.progress import silent


def state(step):
    generator = torch.Generator().manual_seed(step)
    model = {"a": torch.randn(5, 3, generator=generator), "b": torch.randn(2, generator=generator)}
    return TrainingState(step, model, {"a.exp_avg": model["a"] * 2})


@pytest.fixture
def store(tmp_path):
    return CheckpointStore(tmp_path / "checkpoints", keep=2, inputs={"shards": "s" * 64})


def test_a_state_comes_back_to_the_bit(store):
    store.save(state(7))
    back = load_state(store.newest(silent))
    assert back.step == 7
    for name, tensor in state(7).model.items():
        assert torch.equal(back.model[name], tensor)
    assert torch.equal(back.optimizer["a.exp_avg"], state(7).model["a"] * 2)


def test_only_the_newest_are_kept(store, tmp_path):
    for step in (1, 2, 10):
        store.save(state(step))
    names = sorted(p.name for p in (tmp_path / "checkpoints").iterdir())
    assert names == ["step-00000002", "step-00000010"]
    assert load_state(store.newest(silent)).step == 10


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.safetensors", "state.json"])
def test_a_truncated_file_means_the_one_before(store, share, name):
    store.save(state(1))
    folder = store.save(state(2))
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(len(content) * share)])
    said = []
    assert load_state(store.newest(said.append)).step == 1
    assert name in said[0]


def test_an_unfinished_checkpoint_is_not_there(store, tmp_path):
    store.save(state(1))
    leftover = tmp_path / "checkpoints" / ".step-00000002.abc.partial"
    leftover.mkdir()
    assert load_state(store.newest(silent)).step == 1
    assert not leftover.exists()


def test_all_bad_is_a_refusal_and_never_a_silent_restart(store):
    for step in (1, 2):
        (store.save(state(step)) / "model.safetensors").write_bytes(b"")
    with pytest.raises(CheckpointError, match="none of 2 checkpoints can be used") as refused:
        store.newest(silent)
    assert refused.value.exit_code == 4


def test_none_at_all_is_a_fresh_start(store):
    assert store.newest(silent) is None


def test_what_comes_after_a_skipped_checkpoint_outlasts_it(tmp_path):
    store = CheckpointStore(tmp_path, keep=1, inputs={})
    store.save(state(4))
    newer = CheckpointStore(tmp_path, keep=2, inputs={})
    (newer.save(state(9)) / "model.safetensors").write_bytes(b"")
    assert load_state(store.newest(silent)).step == 4
    store.save(state(6))
    assert load_state(store.newest(silent)).step == 6
    assert len(list(tmp_path.glob("skipped-step-00000009-*"))) == 1  # for a person to look at

"""A checkpoint is whole and verified, or not there."""

import pytest
import torch

from spanbert.checkpoints.remote import RemoteCheckpoints
from spanbert.checkpoints.state import TrainingState
from spanbert.checkpoints.store import CheckpointStore, load_state
from spanbert.errors import CheckpointError, StorageError
from spanbert.objects import ObjectStore
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


class Away(RemoteCheckpoints):
    """A mirror that has two more steps and lets nothing through."""

    def __init__(self, folder):
        super().__init__(ObjectStore(folder.as_uri()), keep=9)

    def steps(self, say=silent):
        return {5: None, 6: None}

    def download(self, step, folder):
        raise StorageError("no answer")

    def upload(self, folder):
        raise StorageError("no answer")


@pytest.mark.parametrize("newest_here", [2, 9])
def test_an_outage_of_the_mirror_is_told_and_skips_no_checkpoint(tmp_path, newest_here):
    CheckpointStore(tmp_path / "c", keep=9, inputs={}).save(state(1))
    CheckpointStore(tmp_path / "c", keep=9, inputs={}).save(state(newest_here))
    before, said = sorted((tmp_path / "c").iterdir()), []
    mirror = Away(tmp_path / "mirror")
    with pytest.raises(StorageError, match="no answer"):
        CheckpointStore(tmp_path / "c", keep=9, inputs={}, mirror=mirror).newest(said.append)
    assert sorted((tmp_path / "c").iterdir()) == before
    assert not any("skipped" in line for line in said)


def test_f08_other_sizes_are_told_with_what_is_there_and_what_is_wanted(tmp_path):
    sizes = {"hidden_size": 16, "num_layers": 2}
    CheckpointStore(tmp_path, keep=2, inputs={}, config={"model": sizes}).save(state(1))
    wanted = {"model": {"hidden_size": 32, "num_layers": 3}, "objective": {"nsp": True}}
    with pytest.raises(CheckpointError) as refused:
        CheckpointStore(tmp_path, keep=2, inputs={}, config=wanted).newest(silent)
    assert refused.value.exit_code == 4
    assert "model.hidden_size is 16 there, 32 in the settings" in str(refused.value)
    assert "model.num_layers is 2 there, 3 in the settings" in str(refused.value)


@pytest.mark.parametrize(
    ("vocabulary", "told"),
    [
        (["[PAD]", "b", "a", "c"], "4 and 4 entries: id 1 was 'a', now 'b', id 2 was 'b', now 'a'"),
        (["[PAD]", "a", "b"], "4 and 3 entries: id 3 was 'c', now None"),
        (["[PAD]", "a", "b", "c"], "the entries are the same, the rules that cut text are not"),
    ],
)
def test_f09_another_vocabulary_is_told_with_the_first_ids_that_differ(tmp_path, vocabulary, told):
    first = ["[PAD]", "a", "b", "c"]
    made = CheckpointStore(tmp_path, keep=2, inputs={"tokenizer": "a" * 64}, vocabulary=first)
    made.save(state(1))
    other = {"tokenizer": "b" * 64}
    with pytest.raises(CheckpointError) as refused:
        CheckpointStore(tmp_path, keep=2, inputs=other, vocabulary=vocabulary).newest(silent)
    assert told in str(refused.value)
    assert refused.value.exit_code == 4


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.safetensors", "state.json"])
def test_f05_a_flipped_bit_is_named_with_its_file_and_block(tmp_path, name):
    store = CheckpointStore(tmp_path, keep=2, inputs={})
    store.save(state(1))
    large = {"w": torch.zeros(2_000_000)}
    path = store.save(TrainingState(2, large, {"w.exp_avg": torch.ones(2_000_000)})) / name
    content = bytearray(path.read_bytes())
    content[-2] ^= 16
    path.write_bytes(content)
    said = []
    assert load_state(store.newest(said.append)).step == 1
    assert name in said[0]
    assert "sha256" in said[0]
    if name != "state.json":
        assert "in bytes 4194304 to 8000" in said[0]
